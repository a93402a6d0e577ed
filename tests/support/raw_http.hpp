#pragma once
// A blocking HTTP client on a bare socket, for tests that need every byte in their own hands. Every call has a
// deadline and throws std::runtime_error when it passes.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace coupon::test {

struct RawResponse {
  int status = 0;
  std::string head;  ///< status line and fields, through the empty line
  std::string body;

  /// A field's value, any case, or empty.
  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] bool closes() const { return header("Connection") == "close"; }
};

/// One connection to 127.0.0.1. Not thread-safe.
class RawHttp {
 public:
  static constexpr std::chrono::milliseconds kPatience{20'000};

  /// `receive_bytes` shrinks the receive buffer, for a client that is slow to read; 0 leaves it. `socket` is an
  /// unconnected TCP socket to use and own, for when no descriptor can be had; -1 makes one.
  explicit RawHttp(std::uint16_t port, int receive_bytes = 0, int socket = -1);
  ~RawHttp();
  RawHttp(RawHttp&& other) noexcept;
  RawHttp& operator=(RawHttp&&) = delete;

  void send(std::string_view bytes);
  /// Sends what the server takes without waiting; false once it has closed the connection.
  [[nodiscard]] bool try_send(std::string_view bytes);
  /// Says that no more requests follow; answers can still be read.
  void finish_sending();
  /// The next response. After a HEAD there is no body, whatever Content-Length says.
  [[nodiscard]] RawResponse receive(bool after_head = false);
  /// All bytes until the server closes. A reset counts as closing.
  [[nodiscard]] std::string receive_all();
  /// True once the server has closed and nothing was left to read.
  [[nodiscard]] bool is_closed() { return receive_all().empty(); }
  /// True when there is something to read, or the end, within no time.
  [[nodiscard]] bool readable() const;

  [[nodiscard]] RawResponse ask(std::string_view request) {
    send(request);
    return receive();
  }

 private:
  [[nodiscard]] bool fill();

  int socket_ = -1;
  std::string received_;
};

/// A request with a Host field and, unless the body is empty, its length.
[[nodiscard]] std::string raw_request(std::string_view method, std::string_view target, std::string_view body = {},
                                      std::string_view more_fields = {});

}  // namespace coupon::test
