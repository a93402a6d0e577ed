// The connection of a client: made, greeted, watched, lost and made again.

#include "net/redis/client_impl.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <new>
#include <utility>

#include "base/log.hpp"

namespace coupon::net::redis {

using base::Errc;
using base::Error;
using base::Result;

namespace {

using std::chrono::milliseconds;

constexpr int kTicksPerTimeout = 8;  // a timeout is noticed at most an eighth late

bool late(Client::Impl::TimePoint since, Client::Impl::TimePoint now, std::int64_t limit_ms) {
  return now - since >= milliseconds(limit_ms);
}

}  // namespace

Client::Impl::Impl(boost::asio::io_context& io, Config config, base::Metrics& metrics)
    : io_(io),
      config_(std::move(config)),
      address_(fmt::format("Redis at {}:{}", config_.host, config_.port)),
      backoff_(config_.retry_ms, config_.retry_max_ms),
      tick_(io),
      retry_(io),
      ping_(io),
      calls_(metrics.counter("redis_calls_total", "Commands sent")),
      failures_(metrics.counter("redis_call_failures_total", "Commands without a reply, or with an error")),
      connects_(metrics.counter("redis_connects_total", "Connections made")),
      seconds_(metrics.distribution("redis_call_seconds", "From a call to its reply", 0.0001, 14)),
      trouble_(unavailable(address_ + ": not connected yet")) {}

void Client::Impl::start() {
  boost::asio::post(io_, [self = shared_from_this()] { self->connect(); });
}

void Client::Impl::close_and_wait() {
  std::promise<void> closed;
  auto future = closed.get_future();
  boost::asio::post(io_, [self = shared_from_this(), &closed] { self->close(closed); });
  future.wait();
}

void Client::Impl::close(std::promise<void>& closed) {
  if (std::exchange(state_, State::kClosed) != State::kClosed) {
    tick_.cancel();
    retry_.cancel();
    ping_.cancel();
    end_connection(unavailable("Redis: the client is closing"));
  }
  // What was called in a completion, this moment or before, is still on its way through the loop.
  if (open_calls_ > 0) {
    return boost::asio::post(io_, [self = shared_from_this(), &closed] { self->close(closed); });
  }
  closed.set_value();
}

Result<> Client::Impl::ready() const {
  const std::scoped_lock lock(mutex_);
  if (!trouble_) return {};
  return std::unexpected(*trouble_);
}

void Client::Impl::connect() {
  if (state_ == State::kClosed) return;
  state_ = State::kConnecting;
  connecting_since_ = std::chrono::steady_clock::now();
  arm_tick();
  try {
    reader_ = make_reader();
    unread_ = 0;
    stream_ = std::make_shared<Stream>(io_, config_);
    stream_->open([self = shared_from_this(), stream = stream_](const ErrorCode& error) {
      if (stream != self->stream_) return;
      if (error) return self->lose(stream->error_of(error, self->address_));
      self->greet();
    });
  } catch (const std::exception& error) {
    lose(unavailable(fmt::format("{}: {}", address_, error.what())));
  }
}

// Password and database first; the last of these replies says that the server takes commands.
void Client::Impl::greet() {
  const auto refused = [this](const Result<Reply>& reply) {
    if (!reply) lose(reply.error());
  };
  if (!config_.user.empty()) {
    send_own({"AUTH", config_.user, config_.password}, refused);
  } else if (!config_.password.empty()) {
    send_own({"AUTH", config_.password}, refused);
  }
  if (config_.database != 0) send_own({"SELECT", std::to_string(config_.database)}, refused);
  send_own({"PING"}, [this](const Result<Reply>& reply) { reply ? welcome() : lose(reply.error()); });
  write();
  read();
}

void Client::Impl::welcome() {
  state_ = State::kReady;
  connects_.add();
  if (std::exchange(loss_, std::nullopt)) base::log::info("{}: connected again", address_);
  {
    const std::scoped_lock lock(mutex_);
    trouble_.reset();
  }
  arm_ping();
  flush();
}

// The connection is of no use any more: whatever was sent has an unknown outcome.
void Client::Impl::lose(Error error) {
  // The greeting's own calls come here once more when they end.
  if (state_ == State::kClosed || state_ == State::kWaiting) return;
  state_ = State::kWaiting;
  {
    const std::scoped_lock lock(mutex_);
    if (!trouble_ || trouble_->message != error.message) base::log::warn("{}", error.message);
    trouble_ = error;
  }
  loss_ = error;
  retry_.expires_after(milliseconds(backoff_.next_ms()));
  retry_.async_wait([self = shared_from_this()](const ErrorCode& cancelled) {
    if (!cancelled) self->connect();
  });
  ping_.cancel();
  end_connection(error);
}

void Client::Impl::end_connection(const Error& error) {
  if (auto stream = std::exchange(stream_, nullptr)) stream->close();
  writing_ = false;
  out_.clear();
  auto sent = std::exchange(in_flight_, {});
  auto waiting = std::exchange(waiting_, {});
  for (auto& call : sent) fail(call, Error{Errc::kTimeout, error.message + ": the outcome is unknown", true});
  for (auto& call : waiting) fail(call, error);
}

void Client::Impl::arm_tick() {
  if (ticking_) return;
  ticking_ = true;
  const auto shortest = std::min(config_.call_timeout_ms, config_.connect_timeout_ms);
  tick_.expires_after(milliseconds(std::max<std::int64_t>(shortest / kTicksPerTimeout, 1)));
  tick_.async_wait([self = shared_from_this()](const ErrorCode& cancelled) {
    self->ticking_ = false;
    if (!cancelled) self->tick();
  });
}

void Client::Impl::tick() {
  const auto now = std::chrono::steady_clock::now();
  if (state_ == State::kConnecting && late(connecting_since_, now, config_.connect_timeout_ms)) {
    return lose(unavailable(fmt::format("{}: no connection within {} ms", address_, config_.connect_timeout_ms)));
  }
  if (state_ == State::kReady && !in_flight_.empty() && late(in_flight_.front().sent, now, config_.call_timeout_ms)) {
    return lose(unavailable(fmt::format("{}: no reply within {} ms", address_, config_.call_timeout_ms)));
  }
  expire_waiting(now);
  if (state_ == State::kConnecting || !in_flight_.empty() || !waiting_.empty()) arm_tick();
}

void Client::Impl::expire_waiting(TimePoint now) {
  while (!waiting_.empty() && late(waiting_.front().since, now, config_.call_timeout_ms)) {
    auto call = std::move(waiting_.front());
    waiting_.pop_front();
    fail(call, unavailable(fmt::format("{}: not sent within {} ms", address_, config_.call_timeout_ms)));
  }
}

// A server that is gone without a word is noticed before somebody needs it.
void Client::Impl::arm_ping() {
  ping_.expires_after(milliseconds(config_.call_timeout_ms));
  ping_.async_wait([self = shared_from_this()](const ErrorCode& cancelled) {
    if (cancelled || self->state_ != State::kReady) return;
    if (self->in_flight_.empty()) {
      self->send_own({"PING"}, [client = self.get()](const Result<Reply>& reply) {
        if (!reply) client->lose(reply.error());
      });
      self->arm_tick();
      self->write();
    }
    self->arm_ping();
  });
}

}  // namespace coupon::net::redis
