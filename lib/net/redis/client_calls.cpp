// What happens to a call: from its queue onto the wire, and the replies back to who waits.

#include <boost/asio/post.hpp>
#include <exception>
#include <fmt/format.h>
#include <utility>

#include "base/log.hpp"
#include "net/redis/client_impl.hpp"

namespace coupon::net::redis {

using base::Errc;
using base::Error;
using base::Result;

namespace {

constexpr std::size_t kWriteMax = 1024 * 1024;       // one write; what waits is encoded behind it
constexpr std::size_t kReplyMax = 64 * 1024 * 1024;  // no script of ours answers a hundredth of it

}  // namespace

void Client::Impl::submit(Call call) {
  ++open_calls_;
  boost::asio::post(io_,
                    [self = shared_from_this(), call = std::move(call)]() mutable { self->enqueue(std::move(call)); });
}

void Client::Impl::enqueue(Call call) {
  if (state_ == State::kClosed) return fail(call, unavailable("Redis: the client is closed"));
  if (loss_) return fail(call, *loss_);
  const auto size = call.arguments.bytes().size();
  if (waiting_.size() + in_flight_.size() >= config_.calls_max || bytes_ + size > config_.bytes_max) {
    return fail(call, Error{Errc::kBusy, "Redis: too many calls are under way", true});
  }
  call.bytes = size;
  bytes_ += size;
  waiting_.push_back(std::move(call));
  arm_tick();
  if (state_ == State::kReady) flush();
}

void Client::Impl::complete(Call& call, Result<Reply> result) {
  if (!result) failures_.add();
  bytes_ -= call.bytes;
  try {
    call.done(std::move(result));
  } catch (const std::exception& error) {
    base::log::error("{}: a completion failed: {}", address_, error.what());
  }
  call.done = nullptr;  // what it holds ends before the call counts as ended
  --open_calls_;
}

void Client::Impl::flush() {
  if (writing_) return;
  while (!waiting_.empty() && out_.size() < kWriteMax) {
    send(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  write();
}

void Client::Impl::send(Call call) {
  calls_.add();
  call.sent = std::chrono::steady_clock::now();
  if (call.script != nullptr) {
    append_command(out_, {"EVALSHA", call.script->digest()}, call.arguments);
  } else {
    append_command(out_, {}, call.arguments);
    call.arguments = {};
  }
  in_flight_.push_back(std::move(call));
}

void Client::Impl::send_own(Arguments words, Done done) {
  ++open_calls_;
  Call call;
  call.arguments = std::move(words);
  call.done = std::move(done);
  send(std::move(call));
}

void Client::Impl::send_text(Call call) {
  append_command(out_, {"EVAL", call.script->text()}, call.arguments);
  call.script = nullptr;
  call.sent = std::chrono::steady_clock::now();
  in_flight_.push_back(std::move(call));
  write();
}

void Client::Impl::write() {
  if (writing_ || out_.empty()) return;
  writing_ = true;
  auto bytes = std::make_shared<std::string>(std::exchange(out_, {}));
  stream_->write_all(*bytes, [self = shared_from_this(), stream = stream_, bytes](const ErrorCode& error) {
    if (stream != self->stream_) return;
    self->writing_ = false;
    if (error) return self->lose(stream->error_of(error, self->address_));
    self->state_ == State::kReady ? self->flush() : self->write();
  });
}

void Client::Impl::read() {
  stream_->read_some([self = shared_from_this(), stream = stream_](const ErrorCode& error, std::string_view bytes) {
    if (stream != self->stream_) return;
    if (error) return self->lose(stream->error_of(error, self->address_));
    self->on_bytes(bytes);
  });
}

void Client::Impl::on_bytes(std::string_view bytes) {
  const auto stream = stream_;
  const auto misunderstood = [this] {
    lose(unavailable(fmt::format("{}: {}", address_, static_cast<const char*>(reader_->errstr))));
  };
  unread_ += bytes.size();
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) return misunderstood();
  for (;;) {
    void* raw = nullptr;
    if (redisReaderGetReply(reader_.get(), &raw) != REDIS_OK) return misunderstood();
    if (raw == nullptr) break;
    unread_ = 0;
    on_reply(Reply(static_cast<redisReply*>(raw)));
    if (stream != stream_) return;  // it ended this connection
  }
  if (unread_ > kReplyMax) return lose(unavailable(fmt::format("{}: a reply without end", address_)));
  read();
}

void Client::Impl::on_reply(Reply reply) {
  if (in_flight_.empty()) return lose(unavailable(address_ + ": a reply to nothing"));
  auto call = std::move(in_flight_.front());
  in_flight_.pop_front();
  const auto view = reply.view();
  if (!view.is_error()) {
    // Not before: a server that greets and then refuses everything is not to be tried without a pause.
    if (state_ == State::kReady) backoff_.reset();
    seconds_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - call.since).count());
    return complete(call, std::move(reply));
  }
  if (call.script != nullptr && view.text().starts_with("NOSCRIPT")) return send_text(std::move(call));
  auto error = error_of(view.text());
  // Redis refused before it ran anything, so the master may be elsewhere by now: look again.
  const bool moved = view.text().starts_with("READONLY");
  fail(call, error);
  if (moved) lose(std::move(error));
}

}  // namespace coupon::net::redis
