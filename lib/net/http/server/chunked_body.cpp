#include "net/http/server/chunked_body.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

#include "net/http/server/head_scan.hpp"
#include "net/http/server/request_check.hpp"

namespace coupon::net::http {

namespace {

Refusal bad_chunks(std::string_view problem) {
  return malformed(fmt::format("the chunked body is not valid: {}", problem));
}

// Sizes, extensions, line ends and trailers may not outweigh the data without bound: chunks of one byte need five
// bytes of framing each.
std::size_t framing_bytes_max(const ServerConfig& config) {
  return config.header_bytes_max + 8 * config.body_bytes_max;
}

}  // namespace

std::optional<Refusal> ChunkedBody::take_size(std::string_view line) {
  constexpr int kHexadecimal = 16;
  const auto digits = line.substr(0, line.find(';'));
  const auto parsed = std::from_chars(digits.begin(), digits.end(), left_, kHexadecimal);
  if (parsed.ec != std::errc{} || parsed.ptr != digits.end())
    return bad_chunks("a chunk's size is not a hexadecimal number");
  if (left_ > config_.body_bytes_max - body_.size()) return body_too_large(config_);
  state_ = left_ == 0 ? State::kTrailer : State::kData;
  return std::nullopt;
}

std::optional<Refusal> ChunkedBody::take_trailer(std::string_view line) {
  if (line.empty()) {
    state_ = State::kComplete;
  } else if (line.find_first_of(": \t") != line.find(':') || line.find(':') == 0 || !line.contains(':')) {
    return bad_chunks("a trailer field has no name followed by ':'");
  }
  return std::nullopt;
}

std::optional<Refusal> ChunkedBody::take_line(std::string_view line) {
  if (const auto problem = line_problem(line); !problem.empty()) return bad_chunks(problem);
  line.remove_suffix(1);
  if (state_ == State::kSize) return take_size(line);
  if (state_ == State::kTrailer) return take_trailer(line);
  if (!line.empty()) return bad_chunks("a chunk is not as long as it says");
  state_ = State::kSize;
  return std::nullopt;
}

std::optional<Refusal> ChunkedBody::feed(std::string_view bytes, std::size_t& consumed) {
  consumed = 0;
  while (!complete()) {
    const auto rest = bytes.substr(consumed);
    if (state_ == State::kData) {
      const auto data = rest.substr(0, left_);
      body_.append(data);
      consumed += data.size();
      left_ -= data.size();
      if (left_ > 0) return std::nullopt;
      state_ = State::kDataEnd;
      continue;
    }
    // Behind the data there is a line end and nothing else: no need to wait for more to see that.
    if (state_ == State::kDataEnd && !std::string_view("\r\n").starts_with(rest.substr(0, 2))) {
      return bad_chunks("a chunk is not as long as it says");
    }
    const auto newline = rest.find('\n');
    const auto taken = std::min(newline, rest.size() - 1) + 1;
    if (framing_ + taken > framing_bytes_max(config_)) {
      return Refusal{.status = 413,
                     .reason = RejectReason::kBodyTooLarge,
                     .message = fmt::format("the framing of the chunked body is larger than {} bytes",
                                            framing_bytes_max(config_))};
    }
    if (newline == std::string_view::npos) return std::nullopt;
    consumed += taken;
    framing_ += taken;
    if (auto refusal = take_line(rest.substr(0, newline))) return refusal;
  }
  return std::nullopt;
}

}  // namespace coupon::net::http
