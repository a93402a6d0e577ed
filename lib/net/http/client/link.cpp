#include "net/http/client/link.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>
#include <fmt/core.h>
#include <utility>

namespace coupon::net::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::Errc;
using base::Result;
using Sealing = TlsFilter::State;

// Runs one asynchronous operation until it is done or the deadline passes; then the socket is closed.
template <class Start>
Link::SystemError Link::run(Instant deadline, Start&& start) {
  std::optional<SystemError> outcome;
  std::forward<Start>(start)([&outcome](const SystemError& error, auto&&...) { outcome = error; });
  io_.restart();
  while (!outcome && io_.run_one_until(deadline) > 0) continue;
  if (outcome) return *outcome;
  socket_.reset();  // cancels: the handler runs below, while what it refers to still lives
  io_.restart();
  io_.run();
  return asio::error::timed_out;
}

Link::SystemError Link::write(std::string_view bytes, Instant deadline) {
  return run(deadline, [&](auto done) { asio::async_write(*socket_, asio::buffer(bytes), std::move(done)); });
}

Link::SystemError Link::read(std::size_t& size, Instant deadline) {
  return run(deadline, [&](auto done) {
    socket_->async_read_some(asio::buffer(scratch_), [&size, done = std::move(done)](auto error, std::size_t came) {
      size = came;
      done(error);
    });
  });
}

Result<> Link::open(Instant deadline) {
  close();
  if (url_.tls && !context_) {
    auto made = TlsContext::make(settings_, url_.host);
    if (!made) return std::unexpected(std::move(made).error());
    context_.emplace(std::move(*made));
  }
  SystemError error;
  tcp::resolver resolver(io_);
  const auto found = resolver.resolve(url_.host, std::to_string(url_.port), error);
  if (!error) {
    socket_.emplace(io_);
    error = run(deadline, [&](auto done) { asio::async_connect(*socket_, found, std::move(done)); });
  }
  if (!error) socket_->set_option(tcp::no_delay(true), error);
  if (error) return unreachable(error.message(), true);
  return url_.tls ? shake(deadline) : Result<>{};
}

Result<> Link::shake(Instant deadline) {
  tls_.emplace(*context_);
  to_send_.clear();
  auto state = tls_->start(to_send_);
  for (;;) {
    const auto sent = to_send_.empty() ? SystemError{} : write(to_send_, deadline);
    if (state == Sealing::kFailed) return unreachable(tls_->reason(), false);
    if (sent) return unreachable(fmt::format("TLS handshake: {}", sent.message()), true);
    if (state != Sealing::kHandshaking) return {};
    std::size_t size = 0;
    const auto error = read(size, deadline);
    if (error == asio::error::eof) state = tls_->end();
    if (state == Sealing::kFailed) return unreachable(tls_->reason(), true);
    if (error) return unreachable(fmt::format("TLS handshake: {}", error.message()), true);
    to_send_.clear();
    state = tls_->feed({scratch_.data(), size}, came_, to_send_);
  }
}

Result<> Link::send(std::string_view bytes, Instant deadline) {
  if (tls_) {
    to_send_.clear();
    if (tls_->seal(bytes, to_send_) != Sealing::kOpen) return broken_tls();
    bytes = to_send_;
  }
  const auto error = write(bytes, deadline);
  return error ? broken(error, "sending to") : Result<>{};
}

Result<std::string_view> Link::receive(Instant deadline) {
  if (tls_) {
    if (came_.empty()) COUPON_TRY(decrypt(deadline));
    shown_ = std::exchange(came_, {});
    return std::string_view(shown_);
  }
  std::size_t size = 0;
  const auto error = read(size, deadline);
  if (error == asio::error::eof) return std::string_view{};
  if (error) return broken(error, "waiting for");
  return std::string_view(scratch_.data(), size);
}

Result<> Link::decrypt(Instant deadline) {
  while (came_.empty() && tls_->state() == Sealing::kOpen) {
    std::size_t size = 0;
    auto error = read(size, deadline);
    if (error == asio::error::eof) {
      if (tls_->end() == Sealing::kFailed) return broken_tls();
      break;
    }
    if (error) return broken(error, "waiting for");
    to_send_.clear();
    const auto state = tls_->feed({scratch_.data(), size}, came_, to_send_);
    if (!to_send_.empty()) error = write(to_send_, deadline);
    if (error && state == Sealing::kOpen) return broken(error, "sending to");
  }
  if (came_.empty() && tls_->state() == Sealing::kFailed) return broken_tls();
  return {};
}

void Link::close() {
  tls_.reset();
  socket_.reset();
  came_.clear();
}

std::unexpected<base::Error> Link::unreachable(std::string_view reason, bool retryable) {
  auto message = fmt::format("cannot connect to {}: {}", url_.authority(), reason);
  close();
  return std::unexpected(base::Error{Errc::kUnavailable, std::move(message), retryable});
}

std::unexpected<base::Error> Link::broken(const SystemError& error, std::string_view doing) {
  close();
  const auto code = error == asio::error::timed_out ? Errc::kTimeout : Errc::kIo;
  return base::fail_retryable(code, fmt::format("{} {}: {}", doing, url_.authority(), error.message()));
}

std::unexpected<base::Error> Link::broken_tls() {
  const auto reason = tls_->state() == Sealing::kFailed ? tls_->reason() : "the server ended the connection";
  close();
  return base::fail_retryable(Errc::kIo, fmt::format("talking to {}: {}", url_.authority(), reason));
}

}  // namespace coupon::net::http
