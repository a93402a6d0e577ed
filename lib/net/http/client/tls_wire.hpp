#pragma once
// The network as OpenSSL sees it: the strings of the call that is under way. Part of TlsFilter.

#include <openssl/ssl.h>
#include <string>
#include <string_view>

namespace coupon::net::http {

/// Lets `connection` read `in` and write to `out` as long as it lives: nothing is kept a connection, and nothing is
/// copied twice.
class TlsWire {
 public:
  TlsWire(ssl_st* connection, std::string_view in, std::string& out);
  ~TlsWire();
  TlsWire(const TlsWire&) = delete;
  TlsWire& operator=(const TlsWire&) = delete;

  /// Once for each connection; false when there is no memory.
  [[nodiscard]] static bool install(ssl_st* connection);

 private:
  static const BIO_METHOD* method();
  static int read(BIO* bio, char* to, std::size_t size, std::size_t* taken);
  static int write(BIO* bio, const char* from, std::size_t size, std::size_t* taken);

  BIO* bio_;
  std::string_view in_;
  std::string& out_;
};

}  // namespace coupon::net::http
