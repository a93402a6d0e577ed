#pragma once
// A server for tests of the flow: answers every request after a delay of the test's choice, and breaks connections on
// request.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>

namespace coupon::load::test {

/// What to do with the issue request of a number (0-based, in order of arrival).
struct Treatment {
  enum class Kind { kAnswer, kAnswerAndClose, kClose, kSilence };
  Kind kind = Kind::kAnswer;
  std::chrono::nanoseconds delay{0};
};

/// Listens on a free port of 127.0.0.1 from construction to destruction, on a thread of its own. What it counted may be
/// read once stop() was called.
class FlowServer {
 public:
  explicit FlowServer(std::function<Treatment(std::int64_t)> treat = [](std::int64_t) { return Treatment{}; });
  ~FlowServer();
  FlowServer(const FlowServer&) = delete;
  FlowServer& operator=(const FlowServer&) = delete;

  [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }
  void stop();
  [[nodiscard]] std::int64_t asked() const { return asked_; }
  [[nodiscard]] std::int64_t primed() const { return primed_; }
  [[nodiscard]] std::int64_t connections() const { return connections_; }
  [[nodiscard]] const std::set<std::string>& clients() const { return clients_; }
  [[nodiscard]] const std::multiset<std::string>& bodies() const { return bodies_; }

 private:
  struct Session;
  void accept();
  void serve(const std::shared_ptr<Session>& session);

  std::function<Treatment(std::int64_t)> treat_;
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::int64_t asked_ = 0;
  std::int64_t primed_ = 0;
  std::int64_t connections_ = 0;
  std::set<std::string> clients_;
  std::multiset<std::string> bodies_;
  std::set<std::shared_ptr<Session>> silent_;
  std::thread thread_;
};

}  // namespace coupon::load::test
