#include "tls_peer.hpp"

#include <array>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdexcept>

namespace coupon::test {

namespace {

constexpr long kSecondsADay = 86'400;
constexpr std::size_t kChunk = 16'384;

void require(bool done) {
  if (done) return;
  const auto* why = ERR_reason_error_string(ERR_peek_last_error());
  throw std::runtime_error(std::string("OpenSSL: ") + (why == nullptr ? "failed" : why));
}

std::shared_ptr<EVP_PKEY> make_key() {
  std::shared_ptr<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), &EVP_PKEY_free);
  require(key != nullptr);
  return key;
}

void name(X509_NAME* to, const std::string& text) {
  std::array<unsigned char, 256> bytes{};
  const auto size = text.copy(reinterpret_cast<char*>(bytes.data()), bytes.size());
  require(X509_NAME_add_entry_by_txt(to, "CN", MBSTRING_UTF8, bytes.data(), static_cast<int>(size), -1, 0) == 1);
}

void extend(X509* certificate, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()), &X509_EXTENSION_free);
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

std::shared_ptr<X509> blank(EVP_PKEY* key, int from_days, int to_days) {
  std::shared_ptr<X509> made(X509_new(), &X509_free);
  std::uint32_t serial = 0;
  require(made && RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
  require(X509_set_version(made.get(), X509_VERSION_3) == 1 &&
          ASN1_INTEGER_set(X509_get_serialNumber(made.get()), static_cast<long>(serial) + 1) == 1 &&
          X509_gmtime_adj(X509_getm_notBefore(made.get()), from_days * kSecondsADay) != nullptr &&
          X509_gmtime_adj(X509_getm_notAfter(made.get()), to_days * kSecondsADay) != nullptr &&
          X509_set_pubkey(made.get(), key) == 1);
  return made;
}

// Chosen by the server: HTTP/1.1 when the client offers it.
int choose_protocol(SSL* /*connection*/, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void* /*unused*/) {
  static constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, size, kHttp11.data(), kHttp11.size(), offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

Authority::Authority(const std::string& authority) {
  self_.key = make_key();
  self_.certificate = blank(self_.key.get(), -2, 3);
  auto* made = self_.certificate.get();
  name(X509_get_subject_name(made), authority);
  require(X509_set_issuer_name(made, X509_get_subject_name(made)) == 1);
  extend(made, NID_basic_constraints, "critical,CA:TRUE");
  require(X509_sign(made, self_.key.get(), EVP_sha256()) > 0);
  const std::unique_ptr<BIO, decltype(&BIO_free)> to(BIO_new_file(file().c_str(), "w"), &BIO_free);
  require(to && PEM_write_bio_X509(to.get(), made) == 1);
}

Certificate Authority::issue(const std::string& names, int from_days, int to_days) const {
  Certificate issued;
  issued.key = make_key();
  issued.certificate = blank(issued.key.get(), from_days, to_days);
  auto* made = issued.certificate.get();
  name(X509_get_subject_name(made), "a server");
  require(X509_set_issuer_name(made, X509_get_subject_name(self_.certificate.get())) == 1);
  extend(made, NID_subject_alt_name, names);
  require(X509_sign(made, self_.key.get(), EVP_sha256()) > 0);
  return issued;
}

std::shared_ptr<SSL_CTX> server_context(const Certificate& certificate, TlsPeerOptions options) {
  std::shared_ptr<SSL_CTX> made(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  auto* context = made.get();
  require(made && SSL_CTX_use_certificate(context, certificate.certificate.get()) == 1 &&
          SSL_CTX_use_PrivateKey(context, certificate.key.get()) == 1);
  if (options.version < TLS1_2_VERSION) SSL_CTX_set_security_level(context, 0);
  require(SSL_CTX_set_min_proto_version(context, options.version) == 1 &&
          SSL_CTX_set_max_proto_version(context, options.version) == 1);
  if (options.wants_client_certificate) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  SSL_CTX_set_alpn_select_cb(context, &choose_protocol, nullptr);
  return made;
}

TlsPeer::TlsPeer(std::shared_ptr<SSL_CTX> context)
    : context_(std::move(context)), native_(SSL_new(context_.get()), &SSL_free) {
  require(native_ != nullptr);
  SSL_set_bio(native_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_accept_state(native_.get());
}

std::string TlsPeer::out() {
  auto* from = SSL_get_wbio(native_.get());
  std::string bytes(BIO_ctrl_pending(from), '\0');
  std::size_t size = 0;
  if (!bytes.empty()) require(BIO_read_ex(from, bytes.data(), bytes.size(), &size) == 1);
  return bytes;
}

std::string TlsPeer::feed(std::string_view ciphertext) {
  std::size_t taken = 0;
  if (!ciphertext.empty()) {
    require(BIO_write_ex(SSL_get_rbio(native_.get()), ciphertext.data(), ciphertext.size(), &taken) == 1);
  }
  std::array<char, kChunk> chunk{};
  std::size_t size = 0;
  while (SSL_read_ex(native_.get(), chunk.data(), chunk.size(), &size) == 1) heard_.append(chunk.data(), size);
  return out();
}

std::string TlsPeer::say(std::string_view plaintext) {
  std::size_t taken = 0;
  require(SSL_write_ex(native_.get(), plaintext.data(), plaintext.size(), &taken) == 1);
  return out();
}

std::string TlsPeer::goodbye() {
  require(SSL_shutdown(native_.get()) >= 0);
  return out();
}

std::string TlsPeer::server_name() const {
  const auto* said = SSL_get_servername(native_.get(), TLSEXT_NAMETYPE_host_name);
  return said == nullptr ? "" : said;
}

std::string TlsPeer::protocol() const {
  const unsigned char* name_bytes = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(native_.get(), &name_bytes, &size);
  return {name_bytes, name_bytes + size};
}

}  // namespace coupon::test
