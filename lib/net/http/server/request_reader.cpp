#include "net/http/server/request_reader.hpp"

#include "net/http/server/request_check.hpp"

namespace coupon::net::http {

namespace {

// A request line is a method, the target and the version; no method is longer than this.
std::size_t request_line_max(const ServerConfig& config) {
  constexpr std::size_t kMethodAndVersionMax = 64;
  return config.target_bytes_max + kMethodAndVersionMax;
}

}  // namespace

RequestReader::State RequestReader::refuse(Refusal refusal) {
  refusal_ = std::make_unique<Refusal>(std::move(refusal));
  return State::kRefused;
}

RequestReader::State RequestReader::incomplete_header(std::string_view data, const ServerConfig& config) {
  const auto size = data.size() - std::min(data.size(), scan_.begin());
  if (scan_.in_request_line() && size > request_line_max(config)) {
    return refuse(target_too_long(config));
  }
  if (size > config.header_bytes_max) return refuse(header_too_large(config));
  return State::kNeedHeader;
}

RequestReader::State RequestReader::read_header(std::string_view data, RequestHead& head, const ServerConfig& config) {
  const auto bytes = data.substr(scan_.begin(), scan_.end() - scan_.begin());
  // In one piece a line is as long as in several.
  if (bytes.find('\n') > request_line_max(config)) return refuse(target_too_long(config));
  if (auto refusal = parse_head(bytes, head)) return refuse(std::move(*refusal));
  if (auto refusal = check_head(head, config)) return refuse(std::move(*refusal));
  if (bytes.size() > config.header_bytes_max) return refuse(header_too_large(config));
  header_done_ = true;
  size_ = static_cast<std::uint32_t>(scan_.end() + head.content_length);
  if (head.chunked) chunks_ = std::make_unique<ChunkedBody>(config);
  return State::kReady;
}

RequestReader::State RequestReader::read_chunks(std::string_view data) {
  if (data.size() <= size_) return State::kNeedBody;
  std::size_t consumed = 0;
  auto refusal = chunks_->feed(data.substr(size_), consumed);
  size_ += static_cast<std::uint32_t>(consumed);
  if (refusal) return refuse(std::move(*refusal));
  return chunks_->complete() ? State::kReady : State::kNeedBody;
}

RequestReader::State RequestReader::advance(std::string_view data, RequestHead& head, const ServerConfig& config) {
  const bool resumed = header_done_;
  if (!resumed) {
    const auto scanned = scan_.advance(data);
    if (scanned == HeadScan::State::kMalformed) return refuse(malformed(std::string(scan_.problem())));
    if (scanned == HeadScan::State::kIncomplete) return incomplete_header(data, config);
    if (const auto state = read_header(data, head, config); state != State::kReady) return state;
  }
  const auto state = chunks_ ? read_chunks(data) : data.size() < size_ ? State::kNeedBody : State::kReady;
  if (state == State::kReady && resumed) {
    // The views of the first pass are gone with the buffer they pointed into.
    const auto bytes = data.substr(scan_.begin(), scan_.end() - scan_.begin());
    if (auto refusal = parse_head(bytes, head)) return refuse(std::move(*refusal));
  }
  return state;
}

std::string_view RequestReader::body(std::string_view data) const {
  if (chunks_) return chunks_->body();
  return data.substr(scan_.end(), size_ - scan_.end());
}

}  // namespace coupon::net::http
