#pragma once
// A TCP proxy before a MySQL server that cuts the connection at a bad moment, once for each time it is told to.

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace coupon::test {

class MysqlProxy {
 public:
  enum class Cut {
    kNone,
    kBeforeCommit,  ///< the server never sees it
    kAfterCommit,   ///< the server has done it; its answer is swallowed
    kInsideAnswer,  ///< behind the first part of a long answer
  };

  explicit MysqlProxy(std::uint16_t server);
  ~MysqlProxy();
  MysqlProxy(const MysqlProxy&) = delete;
  MysqlProxy& operator=(const MysqlProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Of any connection.
  void cut_next(Cut cut) { cut_ = cut; }
  [[nodiscard]] bool cut_done() const { return cut_ == Cut::kNone; }

 private:
  struct Pair {
    int client;
    int server;
    bool swallow = false;  // the next that the server says
  };
  void loop();
  void accept_one();
  /// False: both ends are closed.
  [[nodiscard]] bool forward(Pair& pair, bool from_client);

  std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<Cut> cut_{Cut::kNone};
  std::atomic<bool> ending_{false};
  std::vector<Pair> pairs_;
  std::thread thread_;
};

}  // namespace coupon::test
