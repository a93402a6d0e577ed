#include "net/http/client/tls.hpp"

#include <array>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <utility>

#include "net/http/client/tls_reason.hpp"
#include "net/http/client/tls_wire.hpp"

namespace coupon::net::http {

namespace {

constexpr std::size_t kRecordBytesMax = SSL3_RT_MAX_PLAIN_LENGTH;

// The first byte of what a server that speaks TLS answers: a part of the handshake, or an alert.
bool is_tls(char first) { return first == SSL3_RT_HANDSHAKE || first == SSL3_RT_ALERT; }

// A name is asked for, so that a server of many names shows the right certificate; RFC 6066 forbids it for addresses.
bool ask_for(ssl_st* connection, std::string name) {
  // The macro for this has a cast that our warnings refuse.
  return SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

// OpenSSL takes a write buffer for each message of a handshake, also for the tickets after it, and keeps it until the
// next write; there may be ten thousand that wait. A record of which only the header came must stay: OpenSSL before
// 3.0.14 would free it (CVE-2024-4741).
void free_buffers(ssl_st* connection) {
  if (SSL_rstate_string(connection) == std::string_view("RH")) SSL_free_buffers(connection);
}

}  // namespace

void TlsFilter::Free::operator()(ssl_st* connection) const { SSL_free(connection); }
TlsFilter::~TlsFilter() = default;
TlsFilter::TlsFilter(TlsFilter&&) noexcept = default;
TlsFilter& TlsFilter::operator=(TlsFilter&&) noexcept = default;

TlsFilter::TlsFilter(const TlsContext& context) noexcept : context_(&context), native_(SSL_new(context.native_.get())) {
  auto* connection = native_.get();
  const bool made = connection != nullptr && TlsWire::install(connection) &&
                    (context.name_is_address_ || ask_for(connection, context.expected_name_));
  if (made) {
    SSL_set_connect_state(connection);
  } else {
    fail("OpenSSL has no memory for another connection");
  }
}

TlsFilter::State TlsFilter::start(std::string& to_send) noexcept {
  if (state_ != State::kHandshaking) return state_;
  const TlsWire wire(native_.get(), {}, to_send);
  return shake();
}

TlsFilter::State TlsFilter::feed(std::string_view ciphertext, std::string& plaintext, std::string& to_send) noexcept {
  if (state_ == State::kClosed || state_ == State::kFailed || ciphertext.empty()) return state_;
  if (!std::exchange(heard_, true) && !is_tls(ciphertext.front())) {
    return fail("the server does not speak TLS on this port; is its URL http://?");
  }
  const TlsWire wire(native_.get(), ciphertext, to_send);
  if (state_ == State::kHandshaking && shake() != State::kOpen) return state_;
  if (read(plaintext) == State::kOpen) free_buffers(native_.get());
  return state_;
}

TlsFilter::State TlsFilter::seal(std::string_view plaintext, std::string& to_send) noexcept {
  if (state_ != State::kOpen || plaintext.empty()) return state_;
  const TlsWire wire(native_.get(), {}, to_send);
  ERR_clear_error();
  std::size_t taken = 0;
  const int result = SSL_write_ex(native_.get(), plaintext.data(), plaintext.size(), &taken);
  return result == 1 && taken == plaintext.size() ? state_ : judge(result);
}

TlsFilter::State TlsFilter::end() noexcept {
  if (state_ == State::kHandshaking) {
    return fail(heard_ ? "the server ended the connection in the TLS handshake"
                       : "the server ended the connection instead of answering the TLS handshake; does it speak TLS "
                         "on this port?");
  }
  if (state_ == State::kOpen) return fail("the connection was cut: the server did not say that its answer was over");
  return state_;
}

TlsFilter::State TlsFilter::shake() noexcept {
  ERR_clear_error();
  const int result = SSL_do_handshake(native_.get());
  return result == 1 ? state_ = State::kOpen : judge(result);
}

TlsFilter::State TlsFilter::read(std::string& plaintext) noexcept {
  std::array<char, kRecordBytesMax> record;
  for (;;) {
    ERR_clear_error();
    std::size_t size = 0;
    const int result = SSL_read_ex(native_.get(), record.data(), record.size(), &size);
    if (result != 1) return judge(result);
    plaintext.append(record.data(), size);
  }
}

TlsFilter::State TlsFilter::judge(int result) noexcept {
  switch (SSL_get_error(native_.get(), result)) {
    case SSL_ERROR_WANT_READ: return state_;
    case SSL_ERROR_ZERO_RETURN: return state_ = State::kClosed;
    default: distrusts_ = is_certificate_refused(); return fail(tls_reason(native_.get(), context_->expected_name()));
  }
}

TlsFilter::State TlsFilter::fail(std::string reason) noexcept {
  reason_ = std::move(reason);
  return state_ = State::kFailed;
}

}  // namespace coupon::net::http
