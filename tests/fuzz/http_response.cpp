// What comes from a server: couponload's reader of answers. Cut into pieces it means the same as in one.

#include <algorithm>
#include <optional>

#include "fuzz/check.hpp"
#include "net/http/client/response_reader.hpp"

namespace coupon::fuzz_http_response {

namespace {

using namespace net::http;
using State = ResponseReader::State;

constexpr std::size_t kBytesMax = 512;

struct Outcome {
  bool done = false;
  int status = 0;
  std::string body;
  std::optional<std::int64_t> retry_after_s;
  bool keep_alive = false;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view bytes, std::size_t piece, bool ends) {
  ResponseReader reader(kBytesMax);
  auto state = State::kNeedMore;
  for (std::size_t at = 0; at < bytes.size() && state == State::kNeedMore; at += piece) {
    const std::string copy(bytes.substr(at, piece));
    state = reader.feed(copy);
  }
  if (ends) {
    state = reader.finish();
    FUZZ_CHECK(state != State::kNeedMore);
  }
  FUZZ_CHECK(state == State::kNeedMore || reader.feed("x") == state);
  if (state != State::kDone) return {};
  const auto& answer = reader.answer();
  FUZZ_CHECK(answer.body.size() <= kBytesMax && answer.status >= 200 && answer.status <= 999);
  FUZZ_CHECK(!answer.retry_after_s || *answer.retry_after_s >= 0);
  return {true, answer.status, answer.body, answer.retry_after_s, answer.keep_alive};
}

}  // namespace

FUZZ_TARGET(http_response) {
  if (size < 2) return 0;
  const std::size_t piece = 1 + *data % 32;
  const auto bytes = fuzz::text_of(data + 1, size - 1);
  for (const bool ends : {false, true}) {
    const auto whole = read(bytes, bytes.size(), ends);
    const auto pieces = read(bytes, piece, ends);
    const auto bytewise = read(bytes, 1, ends);
    // Where a header is too long is measured differently in pieces: only what is within the bound has to be the same.
    if (bytes.size() <= kBytesMax) FUZZ_CHECK(whole == pieces && whole == bytewise);
  }
  return 0;
}

}  // namespace coupon::fuzz_http_response
