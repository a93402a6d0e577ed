#include "net/http/client/response_reader.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <optional>

#include "base/text.hpp"

namespace coupon::net::http {

namespace {

namespace beast_http = boost::beast::http;
using State = ResponseReader::State;

constexpr std::int64_t kRetryAfterMaxS = 86'400;
constexpr int kFirstStatus = 100;
constexpr int kFirstFinalStatus = 200;
constexpr std::size_t kLastChunkMin = 5;  // "0", and two line ends

// Beast's parser with the storage of ours: only what an answer keeps.
class Parser final : public beast_http::basic_parser<false> {
 public:
  using ErrorCode = boost::beast::error_code;
  using View = boost::beast::string_view;

  explicit Parser(std::size_t bytes_max) {
    header_limit(static_cast<std::uint32_t>(bytes_max));
    body_limit(bytes_max);
    eager(true);
  }

  [[nodiscard]] Answer& answer() { return answer_; }

 private:
  void on_request_impl(beast_http::verb /*verb*/, View /*method*/, View /*target*/, int /*version*/,
                       ErrorCode& error) override {
    error = beast_http::error::bad_version;  // a parser of responses never gets here
  }
  void on_response_impl(int code, View /*reason*/, int /*version*/, ErrorCode& error) override {
    answer_.status = code;
    if (code < kFirstStatus) error = beast_http::error::bad_status;
  }
  void on_field_impl(beast_http::field id, View /*name*/, View value, ErrorCode& /*error*/) override {
    if (id != beast_http::field::retry_after) return;
    const auto seconds = base::parse_integer({value.data(), value.size()}, "Retry-After", 0, kRetryAfterMaxS);
    answer_.retry_after_s = seconds.value_or(0);  // a date: asking at once is allowed, the caller has its own pace
  }
  void on_header_impl(ErrorCode& /*error*/) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const& /*length*/, ErrorCode& /*error*/) override {}
  std::size_t on_body_impl(View bytes, ErrorCode& /*error*/) override { return keep(bytes); }
  void on_chunk_header_impl(std::uint64_t /*size*/, View /*extensions*/, ErrorCode& /*error*/) override {}
  std::size_t on_chunk_body_impl(std::uint64_t /*remaining*/, View bytes, ErrorCode& /*error*/) override {
    return keep(bytes);
  }
  void on_finish_impl(ErrorCode& /*error*/) override {}

  std::size_t keep(View bytes) {
    answer_.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  Answer answer_;
};

State state_of(const boost::beast::error_code& error) {
  const bool too_large = error == beast_http::error::body_limit || error == beast_http::error::header_limit;
  return too_large ? State::kTooLarge : State::kMalformed;
}

}  // namespace

struct ResponseReader::Impl {
  explicit Impl(std::size_t the_bytes_max) : bytes_max(the_bytes_max) { parser.emplace(bytes_max); }

  State advance() {
    while (!pending.empty() && !waits_for_chunk()) {
      boost::beast::error_code error;
      const auto taken = parser->put(boost::asio::buffer(pending), error);
      pending.erase(0, taken);
      if (error == beast_http::error::need_more) break;
      if (error) return state_of(error);
      if (parser->is_done() && !skip_interim()) return done();
    }
    return pending.size() > bytes_max ? State::kTooLarge : State::kNeedMore;
  }

  // Given less than this, Beast's parser runs into an assertion of its own once it has seen the size of the last chunk.
  // Nothing is late: behind all data at least so much follows.
  [[nodiscard]] bool waits_for_chunk() const {
    return parser->is_header_done() && parser->chunked() && pending.size() < kLastChunkMin;
  }

  bool skip_interim() {
    if (parser->answer().status >= kFirstFinalStatus) return false;
    parser.emplace(bytes_max);
    return true;
  }

  State done() {
    parser->answer().keep_alive = parser->keep_alive();
    return State::kDone;
  }

  std::size_t bytes_max;
  std::optional<Parser> parser;
  std::string pending;  // received, not yet taken by the parser
  State state = State::kNeedMore;
};

ResponseReader::ResponseReader(std::size_t bytes_max) : impl_(std::make_unique<Impl>(bytes_max)) {}
ResponseReader::~ResponseReader() = default;
ResponseReader::ResponseReader(ResponseReader&&) noexcept = default;
ResponseReader& ResponseReader::operator=(ResponseReader&&) noexcept = default;

State ResponseReader::feed(std::string_view bytes) {
  if (impl_->state != State::kNeedMore) return impl_->state;
  impl_->pending.append(bytes);
  return impl_->state = impl_->advance();
}

State ResponseReader::finish() {
  if (impl_->state != State::kNeedMore) return impl_->state;
  boost::beast::error_code error;
  if (impl_->parser->is_header_done()) impl_->parser->put_eof(error);
  const bool whole = impl_->parser->is_header_done() && !error && impl_->parser->is_done();
  return impl_->state = whole ? impl_->done() : State::kMalformed;
}

Answer& ResponseReader::answer() { return impl_->parser->answer(); }

}  // namespace coupon::net::http
