#pragma once
// The other side of TLS: certificates made for the test, and a server over strings. Uses OpenSSL's own memory buffers,
// so that it shares nothing with what it tests. Throws std::runtime_error when OpenSSL fails.

#include <memory>
#include <openssl/ssl.h>
#include <string>
#include <string_view>

#include "support/temp_folder.hpp"

namespace coupon::test {

struct Certificate {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;
};

/// Who may be trusted.
class Authority {
 public:
  explicit Authority(const std::string& name = "an authority");
  /// `names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1". Valid between these days from now.
  [[nodiscard]] Certificate issue(const std::string& names, int from_days = -1, int to_days = 2) const;
  /// The authority's certificate, PEM.
  [[nodiscard]] std::string file() const { return folder_.file("ca.pem"); }

 private:
  TempFolder folder_;
  Certificate self_;
};

struct TlsPeerOptions {
  int version = TLS1_3_VERSION;
  bool wants_client_certificate = false;
};

/// A server's settings, with a certificate.
[[nodiscard]] std::shared_ptr<SSL_CTX> server_context(const Certificate& certificate, TlsPeerOptions options = {});

/// One connection of a server.
class TlsPeer {
 public:
  explicit TlsPeer(std::shared_ptr<SSL_CTX> context);

  /// Takes what the client sent; the result is what goes back.
  [[nodiscard]] std::string feed(std::string_view ciphertext);
  [[nodiscard]] std::string say(std::string_view plaintext);
  /// close_notify.
  [[nodiscard]] std::string goodbye();

  /// All that the client said.
  [[nodiscard]] const std::string& heard() const { return heard_; }
  [[nodiscard]] bool open() const { return SSL_is_init_finished(native_.get()) == 1; }
  [[nodiscard]] bool resumed() const { return SSL_session_reused(native_.get()) == 1; }
  [[nodiscard]] std::string server_name() const;
  [[nodiscard]] std::string protocol() const;

 private:
  [[nodiscard]] std::string out();

  std::shared_ptr<SSL_CTX> context_;
  std::shared_ptr<SSL> native_;
  std::string heard_;
};

}  // namespace coupon::test
