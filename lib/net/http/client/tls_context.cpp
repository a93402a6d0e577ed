#include <array>
#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/http/client/tls.hpp"
#include "net/http/client/tls_reason.hpp"

namespace coupon::net::http {

using base::Errc;
using base::Result;

namespace {

// As ALPN writes it: each name with its length before it.
constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

bool configure(ssl_ctx_st* context) {
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_alpn_protos(context, kHttp11.data(), kHttp11.size()) == 0;
}

Result<> trust(ssl_ctx_st* context, const std::string& ca_file) {
  if (ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) == 1) return {};
    return base::fail(Errc::kInvalid, "the system's trusted certificates cannot be read; name a file: --cacert FILE");
  }
  if (SSL_CTX_load_verify_file(context, ca_file.c_str()) == 1) return {};
  return base::fail(Errc::kInvalid,
                    fmt::format("cannot read trusted certificates (PEM) from '{}': {}", ca_file, openssl_reason()));
}

// True when it is one; then it is expected as such.
bool expect_address(ssl_ctx_st* context, const std::string& name) {
  return X509_VERIFY_PARAM_set1_ip_asc(SSL_CTX_get0_param(context), name.c_str()) == 1;
}

bool expect_name(ssl_ctx_st* context, const std::string& name) {
  auto* expected = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(expected, name.data(), name.size()) == 1;
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Result<TlsContext> TlsContext::make(const TlsSettings& settings, const std::string& host) {
  ERR_clear_error();
  TlsContext made;
  made.expected_name_ = settings.server_name.empty() ? host : settings.server_name;
  made.native_.reset(SSL_CTX_new(TLS_client_method()));
  auto* context = made.native_.get();
  if (context == nullptr || !configure(context)) {
    return base::fail(Errc::kInternal, fmt::format("OpenSSL cannot be set up: {}", openssl_reason()));
  }
  made.name_is_address_ = expect_address(context, made.expected_name_);
  if (!made.name_is_address_ && !expect_name(context, made.expected_name_)) {
    return base::fail(Errc::kInvalid, fmt::format("'{}' is not the name of a server", made.expected_name_));
  }
  if (settings.insecure) return made;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  COUPON_TRY(trust(context, settings.ca_file));
  return made;
}

}  // namespace coupon::net::http
