#pragma once
// What OpenSSL's errors mean to who runs the program. Part of TlsContext and TlsFilter.

#include <string>

struct ssl_st;

namespace coupon::net::http {

/// The last error of the calling thread in OpenSSL's words.
[[nodiscard]] std::string openssl_reason();

/// True when the last error of the calling thread is that a certificate could not be trusted.
[[nodiscard]] bool is_certificate_refused();

/// Why the last operation on `connection` failed, and what helps; `name` is the one that the certificate should be for.
/// To be asked right after the operation, on the same thread.
[[nodiscard]] std::string tls_reason(const ssl_st* connection, const std::string& name);

}  // namespace coupon::net::http
