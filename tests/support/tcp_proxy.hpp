#pragma once
// A TCP connection between two programs, in the hands of a test: slow, cut, half open, or losing what comes back.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace coupon::test {

/// Listens on a port of 127.0.0.1 (0: a free one) and forwards every connection to `target_port`, from construction to
/// destruction, on a thread of its own. Each call has taken effect when it returns. Thread-safe.
class TcpProxy {
 public:
  enum class Way { kRequests, kReplies };  ///< to the target, and back

  explicit TcpProxy(std::uint16_t target_port, std::uint16_t listen_port = 0);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  /// Bytes wait this long before they go on, each way.
  void delay(std::chrono::milliseconds wait);
  /// Nothing goes on this way any more: bytes wait, and so does the end of the connection. The peer's TCP sees a full
  /// buffer.
  void hold(Way way);
  /// What waited goes on.
  void let_go(Way way);
  /// What waits now goes on, and nothing after it: one reply of each connection whose peer awaits it.
  void let_one_go(Way way);
  /// Resets every connection. New ones are forwarded.
  void cut();
  /// New connections go to this port from now on; those that are open stay where they are.
  void lead_to(std::uint16_t target_port, const std::string& address = "127.0.0.1");
  /// From now on new connections are reset at once (true), or forwarded.
  void refuse(bool refusing);
  /// Resets a connection once so many more bytes of all connections went this way; what is beyond them is lost.
  void cut_after(Way way, std::int64_t bytes);
  /// The next bytes that come back from the target are lost, and their connection is reset: the request was carried
  /// out, and nobody hears of it. Repeats for `times` connections.
  void swallow_replies(int times = 1);

  /// Since construction.
  [[nodiscard]] std::int64_t connections() const;
  [[nodiscard]] std::int64_t bytes(Way way) const;
  /// Replies that swallow_replies() and bytes that cut_after() still wait for: 0 once the fault has happened.
  [[nodiscard]] std::int64_t armed() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coupon::test
