#pragma once
// The inside of Client. Part of net/redis, used by nothing else.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <future>
#include <hiredis/hiredis.h>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/backoff.hpp"
#include "net/redis/stream.hpp"

namespace coupon::net::redis {

[[nodiscard]] inline base::Error unavailable(std::string message) {
  return {base::Errc::kUnavailable, std::move(message), true};
}

/// Everything but the public functions belongs to the loop's thread. Handlers keep it alive; after close_and_wait they
/// find it closed and do nothing.
class Client::Impl : public std::enable_shared_from_this<Client::Impl> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  struct Call {
    const Script* script = nullptr;
    Arguments arguments;
    Done done;
    TimePoint since = std::chrono::steady_clock::now();
    TimePoint sent;
    std::size_t bytes = 0;  // of the bound on all calls' bytes
  };

  Impl(boost::asio::io_context& io, Config config, base::Metrics& metrics);

  void start();
  void submit(Call call);
  void close_and_wait();
  [[nodiscard]] base::Result<> ready() const;

 private:
  enum class State { kConnecting, kReady, kWaiting, kClosed };
  using ErrorCode = Stream::ErrorCode;

  // Calls: client_calls.cpp
  void enqueue(Call call);
  /// The only place that ends a call.
  void complete(Call& call, base::Result<Reply> result);
  void fail(Call& call, base::Error error) { complete(call, std::unexpected(std::move(error))); }
  void flush();
  void send(Call call);
  void send_own(Arguments words, Done done);
  void send_text(Call call);
  void write();
  void read();
  void on_bytes(std::string_view bytes);
  void on_reply(Reply reply);

  // The connection: client_impl.cpp
  void connect();
  void greet();
  void welcome();
  void lose(base::Error error);
  void end_connection(const base::Error& error);
  void close(std::promise<void>& closed);
  void arm_tick();
  void tick();
  void expire_waiting(TimePoint now);
  void arm_ping();

  boost::asio::io_context& io_;
  const Config config_;
  const std::string address_;
  base::Backoff backoff_;
  boost::asio::steady_timer tick_;   // looks for what is late, while anything is under way
  boost::asio::steady_timer retry_;  // until the next connection
  boost::asio::steady_timer ping_;   // asks a connection that nobody uses
  base::Counter calls_;
  base::Counter failures_;
  base::Counter connects_;
  base::Distribution seconds_;

  State state_ = State::kConnecting;
  std::shared_ptr<Stream> stream_;  // none without a connection; handlers of a former one compare
  std::unique_ptr<redisReader, FreeReader> reader_;
  std::size_t unread_ = 0;  // bytes read since the last whole reply
  std::string out_;
  bool writing_ = false;
  bool ticking_ = false;
  TimePoint connecting_since_;
  std::optional<base::Error> loss_;  // why the last connection ended; none while there is one or will be a first
  std::deque<Call> waiting_;
  std::deque<Call> in_flight_;
  std::size_t bytes_ = 0;  // of both

  std::atomic<std::size_t> open_calls_ = 0;  // submitted and not ended, on every thread
  mutable std::mutex mutex_;
  std::optional<base::Error> trouble_;  // guarded by mutex_
};

}  // namespace coupon::net::redis
