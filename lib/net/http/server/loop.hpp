#pragma once
// One io loop: its thread, its acceptor, its connections and their deadlines.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "base/executor.hpp"
#include "base/result.hpp"
#include "net/http/server/listener.hpp"
#include "net/http/server/loop_scheduler.hpp"
#include "net/http/server/session.hpp"
#include "net/http/server/session_context.hpp"

namespace coupon::net::http {

class Loop {
 public:
  explicit Loop(ServerShared& shared);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// From here on connections queue up in the backlog.
  [[nodiscard]] base::Result<> listen(const Endpoint& endpoint);
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] base::Scheduler& scheduler() { return scheduler_; }
  [[nodiscard]] boost::asio::io_context& io() { return io_; }

  /// Starts the thread. Call once, after listen().
  void start(Handler handler);
  /// The graceful stop; returns at once. Thread-safe.
  void begin_stop();
  /// Blocks until the thread has ended, then destroys what was scheduled and the handler. Returns how many
  /// connections were cut.
  std::int64_t finish();

 private:
  void run();
  void arm_accept();
  void accept_some(int count_max);
  [[nodiscard]] bool accept_one();
  void admit(Socket socket, const Endpoint& peer);
  void pause_accepting(const std::string& reason);
  void tick();
  void arm_tick();
  void sweep();
  void cut_all();
  void stop_accepting();

  ServerShared& shared_;
  boost::asio::io_context io_{1};
  LoopScheduler scheduler_{io_};
  SessionContext context_{shared_, io_};
  Acceptor acceptor_{io_};
  boost::asio::steady_timer tick_timer_{io_};
  boost::asio::steady_timer accept_timer_{io_};
  std::chrono::milliseconds tick_every_;
  std::int64_t cut_at_ms_ = 0;  // once stopping
  std::int64_t cut_ = 0;
  bool warned_ = false;  // of the present lack of descriptors
  std::thread thread_;
};

}  // namespace coupon::net::http
