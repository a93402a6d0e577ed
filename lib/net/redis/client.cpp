#include "net/redis/client.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <fmt/format.h>
#include <future>
#include <hiredis/hiredis.h>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/backoff.hpp"
#include "base/log.hpp"
#include "net/redis/stream.hpp"

namespace coupon::net::redis {

using base::Errc;
using base::Error;
using base::Result;

namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kReadSize = 64 * 1024;
constexpr int kTicksPerTimeout = 8;  // a timeout is noticed at most an eighth late

struct FreeReader {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};
using ReaderPtr = std::unique_ptr<redisReader, FreeReader>;

Error unavailable(std::string message) { return {Errc::kUnavailable, std::move(message), true}; }

}  // namespace

struct Loop::Impl {
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  std::thread thread;

  void run() {
    while (!io.stopped()) {
      try {
        io.run();
      } catch (const std::exception& error) {
        base::log::error("the Redis loop goes on after: {}", error.what());
      }
    }
  }
};

Loop::Loop() : impl_(std::make_unique<Impl>()) {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

Loop::~Loop() {
  impl_->work.reset();
  impl_->io.stop();
  impl_->thread.join();
}

class Client::Impl : public std::enable_shared_from_this<Client::Impl> {
 public:
  Impl(boost::asio::io_context& io, Config config, base::Metrics& metrics)
      : io_(io),
        config_(std::move(config)),
        backoff_(config_.retry_ms, config_.retry_max_ms),
        tick_(io),
        retry_(io),
        calls_(metrics.counter("redis_calls_total", "Commands sent")),
        failures_(metrics.counter("redis_call_failures_total", "Commands without a reply, or with an error")),
        connects_(metrics.counter("redis_connects_total", "Connections made")),
        seconds_(metrics.distribution("redis_call_seconds", "From a call to its reply", 0.0001, 14)) {}

  struct Call {
    const Script* script = nullptr;
    Arguments arguments;
    Done done;
    SteadyClock::time_point since = SteadyClock::now();
  };

  void start() {
    boost::asio::post(io_, [self = shared_from_this()] { self->connect(); });
  }
  void submit(Call call) {
    boost::asio::post(
        io_, [self = shared_from_this(), call = std::move(call)]() mutable { self->enqueue(std::move(call)); });
  }
  void close_and_wait() {
    std::promise<void> closed;
    boost::asio::post(io_, [this, &closed] {
      state_ = State::kClosed;
      tick_.cancel();
      retry_.cancel();
      end_connection(unavailable("Redis: the client is closing"));
      closed.set_value();
    });
    closed.get_future().wait();
  }
  Result<> ready() const {
    const std::scoped_lock lock(mutex_);
    if (!trouble_) return {};
    return std::unexpected(*trouble_);
  }

 private:
  enum class State { kConnecting, kReady, kWaiting, kClosed };
  using StreamPtr = std::shared_ptr<Stream>;

  std::string address() const { return fmt::format("Redis at {}:{}", config_.host, config_.port); }

  void enqueue(Call call) {
    if (state_ == State::kClosed) return fail(call, unavailable("Redis: the client is closed"));
    if (state_ == State::kWaiting) return fail(call, last_error_);
    if (waiting_.size() + in_flight_.size() >= config_.calls_max) {
      return fail(call, Error{Errc::kBusy, "Redis: too many calls are under way", true});
    }
    waiting_.push_back(std::move(call));
    arm_tick();
    if (state_ == State::kReady) flush();
  }

  void fail(Call& call, Error error) {
    failures_.add();
    call.done(std::unexpected(std::move(error)));
  }

  void connect() {
    if (state_ == State::kClosed) return;
    state_ = State::kConnecting;
    connecting_since_ = SteadyClock::now();
    reader_.reset(redisReaderCreate());
    stream_ = std::make_shared<Stream>(io_, config_);
    arm_tick();
    stream_->open([self = shared_from_this(), stream = stream_](const Stream::ErrorCode& error) {
      if (stream != self->stream_) return;
      if (error) return self->lose(unavailable(fmt::format("{}: {}", self->address(), error.message())));
      self->greet();
    });
  }

  // Password and database first; the last of these replies says that the server takes commands.
  void greet() {
    std::deque<Call> greeting;
    const auto add = [&](Arguments words) {
      const bool last = words.count() == 1;
      Call call;
      call.arguments = std::move(words);
      call.done = [self = shared_from_this(), last](Result<Reply> reply) {
        if (reply && last) self->welcome();
        if (!reply && self->state_ == State::kConnecting && self->stream_) self->lose(reply.error());
      };
      greeting.push_back(std::move(call));
    };
    if (!config_.password.empty()) {
      config_.user.empty() ? add({"AUTH", config_.password}) : add({"AUTH", config_.user, config_.password});
    }
    if (config_.database != 0) add({"SELECT", std::to_string(config_.database)});
    add({"PING"});
    for (auto& call : greeting) send(std::move(call));
    write();
    read();
  }

  void welcome() {
    state_ = State::kReady;
    backoff_.reset();
    connects_.add();
    {
      const std::scoped_lock lock(mutex_);
      if (std::exchange(had_trouble_, false)) base::log::info("{}: connected again", address());
      trouble_.reset();
    }
    flush();
  }

  void flush() {
    if (writing_) return;
    while (!waiting_.empty()) {
      send(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    write();
  }

  void send(Call call) {
    calls_.add();
    if (call.script != nullptr) {
      append_command(out_, {"EVALSHA", call.script->digest()}, call.arguments);
    } else {
      append_command(out_, {}, call.arguments);
    }
    in_flight_.push_back(std::move(call));
  }

  void write() {
    if (writing_ || out_.empty()) return;
    writing_ = true;
    auto bytes = std::make_shared<std::string>(std::exchange(out_, {}));
    stream_->write_all(
        *bytes, [self = shared_from_this(), stream = stream_, bytes](const Stream::ErrorCode& error, std::size_t) {
          if (stream != self->stream_) return;
          self->writing_ = false;
          if (error) return self->lose(unavailable(fmt::format("{}: {}", self->address(), error.message())));
          if (self->state_ == State::kReady) self->flush();
          self->write();
        });
  }

  void read() {
    stream_->read_some(in_.data(), in_.size(),
                       [self = shared_from_this(), stream = stream_](const Stream::ErrorCode& error, std::size_t size) {
                         if (stream != self->stream_) return;
                         if (error) {
                           return self->lose(unavailable(fmt::format("{}: {}", self->address(), error.message())));
                         }
                         self->on_bytes(size);
                       });
  }

  void on_bytes(std::size_t size) {
    const auto stream = stream_;
    if (redisReaderFeed(reader_.get(), in_.data(), size) != REDIS_OK) return lose(protocol_error());
    for (;;) {
      void* raw = nullptr;
      if (redisReaderGetReply(reader_.get(), &raw) != REDIS_OK) return lose(protocol_error());
      if (raw == nullptr) break;
      on_reply(Reply(static_cast<redisReply*>(raw)));
      if (stream != stream_) return;  // a completion ended this connection
    }
    read();
  }

  Error protocol_error() const { return unavailable(fmt::format("{}: {}", address(), reader_->errstr)); }

  void on_reply(Reply reply) {
    if (in_flight_.empty()) return lose(unavailable(address() + ": a reply to nothing"));
    auto call = std::move(in_flight_.front());
    in_flight_.pop_front();
    const auto view = reply.view();
    if (!view.is_error()) {
      seconds_.observe(std::chrono::duration<double>(SteadyClock::now() - call.since).count());
      return call.done(std::move(reply));
    }
    if (call.script != nullptr && view.text().starts_with("NOSCRIPT")) return send_text(std::move(call));
    auto error = error_of(view.text());
    // Redis refused before it ran anything, so the master may be elsewhere by now: look again.
    const bool moved = view.text().starts_with("READONLY");
    fail(call, error);
    if (moved) lose(std::move(error));
  }

  void send_text(Call call) {
    append_command(out_, {"EVAL", call.script->text()}, call.arguments);
    call.script = nullptr;
    in_flight_.push_back(std::move(call));
    write();
  }

  // The connection is of no use any more: whatever was sent has an unknown outcome.
  void lose(Error error) {
    if (state_ == State::kClosed) return;
    {
      const std::scoped_lock lock(mutex_);
      if (!trouble_ || trouble_->message != error.message) base::log::warn("{}", error.message);
      trouble_ = error;
      had_trouble_ = true;
    }
    last_error_ = error;
    state_ = State::kWaiting;
    end_connection(std::move(error));
    if (state_ == State::kClosed) return;
    retry_.expires_after(milliseconds(backoff_.next_ms()));
    retry_.async_wait([self = shared_from_this()](const Stream::ErrorCode& cancelled) {
      if (!cancelled) self->connect();
    });
  }

  void end_connection(Error error) {
    if (auto stream = std::exchange(stream_, nullptr)) stream->close();
    writing_ = false;
    out_.clear();
    auto sent = std::exchange(in_flight_, {});
    auto waiting = std::exchange(waiting_, {});
    for (auto& call : sent) fail(call, Error{Errc::kTimeout, error.message + ": the outcome is unknown", true});
    for (auto& call : waiting) fail(call, error);
  }

  void arm_tick() {
    if (ticking_) return;
    ticking_ = true;
    const auto shortest = std::min(config_.call_timeout_ms, config_.connect_timeout_ms);
    tick_.expires_after(milliseconds(std::max<std::int64_t>(shortest / kTicksPerTimeout, 1)));
    tick_.async_wait([self = shared_from_this()](const Stream::ErrorCode& cancelled) {
      self->ticking_ = false;
      if (!cancelled) self->tick();
    });
  }

  void tick() {
    const auto now = SteadyClock::now();
    const auto late = [&](SteadyClock::time_point since, std::int64_t limit_ms) {
      return now - since >= milliseconds(limit_ms);
    };
    if (state_ == State::kConnecting && late(connecting_since_, config_.connect_timeout_ms)) {
      return lose(unavailable(fmt::format("{}: no connection within {} ms", address(), config_.connect_timeout_ms)));
    }
    if (state_ == State::kReady && !in_flight_.empty() && late(in_flight_.front().since, config_.call_timeout_ms)) {
      return lose(unavailable(fmt::format("{}: no reply within {} ms", address(), config_.call_timeout_ms)));
    }
    if (state_ == State::kConnecting || !in_flight_.empty() || !waiting_.empty()) arm_tick();
  }

  boost::asio::io_context& io_;
  const Config config_;
  base::Backoff backoff_;
  boost::asio::steady_timer tick_;
  boost::asio::steady_timer retry_;
  base::Counter calls_;
  base::Counter failures_;
  base::Counter connects_;
  base::Distribution seconds_;

  // The loop's thread only:
  State state_ = State::kConnecting;
  StreamPtr stream_;
  ReaderPtr reader_;
  std::array<char, kReadSize> in_{};
  std::string out_;
  bool writing_ = false;
  bool ticking_ = false;
  SteadyClock::time_point connecting_since_;
  Error last_error_ = unavailable("Redis: not connected yet");
  std::deque<Call> waiting_;
  std::deque<Call> in_flight_;

  mutable std::mutex mutex_;
  std::optional<Error> trouble_ = unavailable("Redis: not connected yet");
  bool had_trouble_ = false;
};

Client::Client(Loop& loop, Config config, base::Metrics& metrics)
    : impl_(std::make_shared<Impl>(loop.impl_->io, std::move(config), metrics)) {
  impl_->start();
}

Client::~Client() { impl_->close_and_wait(); }

void Client::call(const Arguments& command, Done done) {
  Impl::Call call;
  call.arguments = command;
  call.done = std::move(done);
  impl_->submit(std::move(call));
}

void Client::run(const Script& script, Arguments arguments, Done done) {
  Impl::Call call;
  call.script = &script;
  call.arguments = std::move(arguments);
  call.done = std::move(done);
  impl_->submit(std::move(call));
}

Result<> Client::ready() const { return impl_->ready(); }

}  // namespace coupon::net::redis
