// What comes from a client's connection: headers, checks, bodies, several requests behind one another. Cut into pieces
// it means the same as in one.

#include <algorithm>
#include <vector>

#include "fuzz/check.hpp"
#include "net/http/server/request_check.hpp"
#include "net/http/server/request_reader.hpp"

namespace coupon::fuzz_http_request {

namespace {

using namespace net::http;
using State = RequestReader::State;

// Small, so that inputs reach the bounds.
ServerConfig small_bounds() {
  ServerConfig config;
  config.header_bytes_max = 512;
  config.target_bytes_max = 128;
  config.body_bytes_max = 96;
  return config;
}

struct Seen {
  Method method;
  int version;
  bool keep_alive;
  std::string target;
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields;
  bool operator==(const Seen&) const = default;
};

struct Outcome {
  std::vector<Seen> requests;
  bool refused = false;
};

// In pieces a refusal may come earlier: before the end of what is too long anyway.
bool same(const Outcome& whole, const Outcome& pieces) {
  return whole.requests == pieces.requests && (pieces.refused || !whole.refused);
}

bool within(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

Seen look_at(const RequestReader& reader, const RequestHead& head, std::string_view data, const ServerConfig& config) {
  FUZZ_CHECK(reader.size() > 0 && reader.size() <= data.size());
  const auto body = reader.body(data);
  FUZZ_CHECK(body.size() <= config.body_bytes_max && head.target.size() <= config.target_bytes_max);
  FUZZ_CHECK(within(head.target, data) && (head.chunked || within(body, data)));
  const auto parts = split_target(head.target);
  FUZZ_CHECK(!parts.path.empty() && parts.path.size() + parts.query.size() <= head.target.size() + 1);
  FUZZ_CHECK(head.count(boost::beast::http::field::host) <= 1);
  Seen seen{head.method, head.version, head.keep_alive, std::string(head.target), std::string(body), {}};
  for (const auto& field : head.fields) {
    FUZZ_CHECK(within(field.name, data) && within(field.value, data) && !field.name.empty());
    seen.fields.emplace_back(field.name, field.value);
  }
  return seen;
}

void check_refusal(const Refusal& refusal) {
  FUZZ_CHECK(refusal.status >= 400 && refusal.status < 600 && !refusal.message.empty());
}

// As a session does it; `pieces` are the sizes in which the bytes arrive, over and over.
Outcome serve(std::string_view bytes, const std::vector<std::size_t>& pieces) {
  const auto config = small_bounds();
  Outcome outcome;
  RequestReader reader;
  RequestHead head;
  std::size_t begin = 0;
  std::size_t arrived = 0;
  for (std::size_t turn = 0; arrived < bytes.size(); ++turn) {
    arrived = std::min(arrived + pieces[turn % pieces.size()], bytes.size());
    while (begin < arrived) {
      // A copy each time: nothing may be remembered of where the bytes were before.
      const std::vector<char> copy(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                                   bytes.begin() + static_cast<std::ptrdiff_t>(arrived));
      const std::string_view data(copy.data(), copy.size());
      const auto state = reader.advance(data, head, config);
      if (state == State::kRefused) {
        check_refusal(reader.refusal());
        outcome.refused = true;
        return outcome;
      }
      if (state != State::kReady) break;
      outcome.requests.push_back(look_at(reader, head, data, config));
      begin += reader.size();
      reader.reset();
    }
  }
  return outcome;
}

}  // namespace

FUZZ_TARGET(http_request) {
  constexpr std::size_t kSizesMax = 3;
  std::vector<std::size_t> pieces;
  for (; pieces.size() < kSizesMax && size > 0; ++data, --size) pieces.push_back(1 + *data % 64);
  if (size == 0) return 0;
  const auto bytes = fuzz::text_of(data, size);
  const auto whole = serve(bytes, {size});
  FUZZ_CHECK(same(whole, serve(bytes, pieces)));
  if (size <= 512) FUZZ_CHECK(same(whole, serve(bytes, {1})));
  return 0;
}

}  // namespace coupon::fuzz_http_request
