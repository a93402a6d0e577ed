#include "net/http/client/tls_wire.hpp"

#include <algorithm>
#include <openssl/bio.h>

namespace coupon::net::http {

TlsWire::TlsWire(ssl_st* connection, std::string_view in, std::string& out)
    : bio_(SSL_get_rbio(connection)), in_(in), out_(out) {
  BIO_set_data(bio_, this);
}

TlsWire::~TlsWire() { BIO_set_data(bio_, nullptr); }

bool TlsWire::install(ssl_st* connection) {
  const auto* methods = method();
  BIO* bio = methods == nullptr ? nullptr : BIO_new(methods);
  if (bio == nullptr) return false;
  BIO_set_init(bio, 1);
  SSL_set_bio(connection, bio, bio);
  return true;
}

// Made once and never freed: connections may end at any time.
const BIO_METHOD* TlsWire::method() {
  static const BIO_METHOD* const kMethod = []() -> const BIO_METHOD* {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "coupon strings");
    if (made == nullptr) return nullptr;
    BIO_meth_set_read_ex(made, &TlsWire::read);
    BIO_meth_set_write_ex(made, &TlsWire::write);
    BIO_meth_set_ctrl(made, [](BIO*, int what, long, void*) -> long { return what == BIO_CTRL_FLUSH ? 1 : 0; });
    return made;
  }();
  return kMethod;
}

int TlsWire::read(BIO* bio, char* to, std::size_t size, std::size_t* taken) {
  auto* wire = static_cast<TlsWire*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (wire == nullptr || wire->in_.empty()) {
    BIO_set_retry_read(bio);
    return 0;
  }
  *taken = wire->in_.copy(to, size);
  wire->in_.remove_prefix(*taken);
  return 1;
}

int TlsWire::write(BIO* bio, const char* from, std::size_t size, std::size_t* taken) {
  auto* wire = static_cast<TlsWire*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (wire == nullptr) return 0;
  wire->out_.append(from, size);
  *taken = size;
  return 1;
}

}  // namespace coupon::net::http
