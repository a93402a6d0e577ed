#pragma once
// From received bytes to one request: header, checks, body. Knows no socket.

#include <cstdint>
#include <memory>
#include <string_view>

#include "net/http/server.hpp"
#include "net/http/server/chunked_body.hpp"
#include "net/http/server/head_scan.hpp"
#include "net/http/server/refusal.hpp"
#include "net/http/server/request_head.hpp"

namespace coupon::net::http {

/// One per connection and small: it remembers how far it got, not what it saw.
class RequestReader {
 public:
  enum class State { kNeedHeader, kNeedBody, kReady, kRefused };

  /// `data` starts at the request's first byte and only ever grows until the request is ready or refused; it may lie
  /// elsewhere each time. `head` is filled when kReady, and when kNeedBody is returned for the first time.
  [[nodiscard]] State advance(std::string_view data, RequestHead& head, const ServerConfig& config);

  /// When kReady: the body, valid until reset() and as long as `data`.
  [[nodiscard]] std::string_view body(std::string_view data) const;
  /// When kReady: how many bytes of `data` the request took.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// When kRefused.
  [[nodiscard]] const Refusal& refusal() const { return *refusal_; }
  /// Ready for the next request.
  void reset() { *this = RequestReader{}; }

 private:
  [[nodiscard]] State refuse(Refusal refusal);
  [[nodiscard]] State read_header(std::string_view data, RequestHead& head, const ServerConfig& config);
  [[nodiscard]] State incomplete_header(std::string_view data, const ServerConfig& config);
  [[nodiscard]] State read_chunks(std::string_view data);

  HeadScan scan_;
  bool header_done_ = false;
  std::uint32_t size_ = 0;  // of the whole request; of what was decoded so far when chunked
  std::unique_ptr<ChunkedBody> chunks_;
  std::unique_ptr<Refusal> refusal_;
};

}  // namespace coupon::net::http
