#pragma once
// A chunked body, decoded as its pieces arrive. Stricter than the grammar: no white space around sizes and extensions.
// Beast's own decoder is not used, because some splits of a last chunk run into an assertion of it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http/server.hpp"
#include "net/http/server/refusal.hpp"

namespace coupon::net::http {

class ChunkedBody {
 public:
  explicit ChunkedBody(const ServerConfig& config) : config_(config) {}

  /// Takes what it can from the front of `bytes`; what it leaves has to come again, with more behind it.
  /// `consumed` is set also when the body is refused.
  [[nodiscard]] std::optional<Refusal> feed(std::string_view bytes, std::size_t& consumed);
  [[nodiscard]] bool complete() const { return state_ == State::kComplete; }
  [[nodiscard]] const std::string& body() const { return body_; }

 private:
  enum class State { kSize, kData, kDataEnd, kTrailer, kComplete };

  [[nodiscard]] std::optional<Refusal> take_line(std::string_view line);
  [[nodiscard]] std::optional<Refusal> take_size(std::string_view line);
  [[nodiscard]] std::optional<Refusal> take_trailer(std::string_view line);

  const ServerConfig& config_;
  State state_ = State::kSize;
  std::uint64_t left_ = 0;   // of the present chunk
  std::size_t framing_ = 0;  // bytes taken that are no data
  std::string body_;
};

}  // namespace coupon::net::http
