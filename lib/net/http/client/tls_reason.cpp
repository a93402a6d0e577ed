#include "net/http/client/tls_reason.hpp"

#include <cstdint>
#include <fmt/core.h>
#include <memory>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string_view>
#include <system_error>

namespace coupon::net::http {

namespace {

constexpr std::size_t kShownBytes = 200;
constexpr std::string_view kUncheckedHelps = "--insecure asks without checking";

// What `print` writes, shortened.
template <class Print>
std::string printed(Print print) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  std::string text(kShownBytes, '\0');
  std::size_t size = 0;
  if (!memory || !print(memory.get()) || BIO_read_ex(memory.get(), text.data(), text.size(), &size) != 1) return "?";
  text.resize(size);
  return size < kShownBytes ? text : text + "...";
}

std::string names_of(X509* certificate) {
  auto* names = X509_get_ext(certificate, X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1));
  if (names == nullptr) return "nobody by name";
  return printed([&](BIO* to) { return X509V3_EXT_print(to, names, 0, 0) == 1; });
}

std::string issuer_of(X509* certificate) {
  return printed([&](BIO* to) {
    return X509_NAME_print_ex(to, X509_get_issuer_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0;
  });
}

std::string end_of(X509* certificate) {
  return printed([&](BIO* to) { return ASN1_TIME_print(to, X509_get0_notAfter(certificate)) == 1; });
}

std::string wrong_name(X509* certificate, const std::string& name) {
  return fmt::format(
      "the server's certificate is for {}, not for {}; ask the server by a name of its certificate, say which one to "
      "expect (--server-name NAME), or check nothing ({})",
      names_of(certificate), name, kUncheckedHelps);
}

std::string unknown_authority(X509* certificate) {
  return fmt::format(
      "the server's certificate is signed by an authority that is not trusted ({}); name its certificate with --cacert "
      "FILE, or check nothing ({})",
      issuer_of(certificate), kUncheckedHelps);
}

std::string expired(X509* certificate) {
  const bool itself = X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0;
  const auto what = itself ? fmt::format("the server's certificate expired ({})", end_of(certificate))
                           : std::string("an authority of the server's certificate expired");
  return fmt::format("{}; renew it on the server, or check nothing ({})", what, kUncheckedHelps);
}

std::string refused_certificate(const ssl_st* connection, const std::string& name) {
  const auto verified = SSL_get_verify_result(connection);
  const auto* chain = SSL_get0_verified_chain(connection);
  X509* certificate = chain == nullptr ? nullptr : sk_X509_value(chain, 0);
  const auto* said = X509_verify_cert_error_string(verified);
  if (certificate == nullptr) return fmt::format("the server's certificate is refused: {}", said);
  switch (verified) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return wrong_name(certificate, name);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return unknown_authority(certificate);
    case X509_V_ERR_CERT_HAS_EXPIRED: return expired(certificate);
    default: break;
  }
  return fmt::format("the server's certificate is refused: {}; correct it, or check nothing ({})", said,
                     kUncheckedHelps);
}

bool is_alert(int reason) { return reason > SSL_AD_REASON_OFFSET && reason <= SSL_AD_REASON_OFFSET + UINT8_MAX; }

std::string alert(int reason) {
  switch (reason) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED: return "the server wants a client's certificate; there is none";
    case SSL_R_TLSV1_UNRECOGNIZED_NAME:
      return "the server does not know the name that it was asked by; say the right one: --server-name NAME";
    default: return fmt::format("the server refused TLS: {}", openssl_reason());
  }
}

}  // namespace

std::string openssl_reason() {
  const auto error = ERR_peek_last_error();
  if (error == 0) return "no reason given";
  if (ERR_SYSTEM_ERROR(error)) return std::system_category().message(ERR_GET_REASON(error));
  const auto* reason = ERR_reason_error_string(error);
  return reason == nullptr ? fmt::format("OpenSSL error {:x}", error) : reason;
}

bool is_certificate_refused() {
  const auto error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED;
}

std::string tls_reason(const ssl_st* connection, const std::string& name) {
  const auto error = ERR_peek_last_error();
  const auto reason = ERR_GET_REASON(error);
  if (is_certificate_refused()) return refused_certificate(connection, name);
  if (ERR_GET_LIB(error) == ERR_LIB_SSL && is_alert(reason)) return alert(reason);
  return fmt::format("what the server sent is no valid TLS: {}", openssl_reason());
}

}  // namespace coupon::net::http
