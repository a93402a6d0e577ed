#include "net/http/server/request_head.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <limits>

namespace coupon::net::http {

namespace beast_http = boost::beast::http;

namespace {

Method to_method(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::get: return Method::kGet;
    case beast_http::verb::head: return Method::kHead;
    case beast_http::verb::post: return Method::kPost;
    case beast_http::verb::put: return Method::kPut;
    case beast_http::verb::delete_: return Method::kDelete;
    case beast_http::verb::patch: return Method::kPatch;
    case beast_http::verb::options: return Method::kOptions;
    default: return Method::kOther;
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Beast says bad_version both for a version that exists elsewhere and for garbage; only the first deserves a 505.
bool names_other_version(std::string_view head) {
  const auto line = head.substr(0, head.find("\r\n"));
  if (std::ranges::count(line, ' ') != 2) return false;
  const auto version = line.substr(line.rfind(' ') + 1);
  return version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' &&
         is_digit(version[7]);
}

Refusal refusal_of(const boost::beast::error_code& error, std::string_view head) {
  using Code = beast_http::error;
  if (error == Code::bad_version && names_other_version(head)) {
    return {.status = 505, .reason = RejectReason::kVersion, .message = "only HTTP/1.1 and HTTP/1.0 are spoken here"};
  }
  if (error == Code::bad_method) return malformed("the method is not a token followed by one space");
  if (error == Code::bad_target) return malformed("the request target is empty or not followed by one space");
  if (error == Code::bad_version) return malformed("the request line does not end in an HTTP version");
  if (error == Code::bad_field) return malformed("a header field name is empty, not a token, or not followed by ':'");
  if (error == Code::bad_value) return malformed("a header field value is not valid");
  if (error == Code::bad_content_length) {
    return malformed("Content-Length must be one decimal number, and not together with Transfer-Encoding");
  }
  if (error == Code::bad_transfer_encoding) {
    return malformed("Transfer-Encoding must be a lone 'chunked', and not together with Content-Length");
  }
  return malformed("the header is not valid: " + error.message());
}

}  // namespace

std::string_view RequestHead::value(std::string_view name) const {
  const auto found =
      std::ranges::find_if(fields, [&](const HeadField& field) { return boost::beast::iequals(field.name, name); });
  return found == fields.end() ? std::string_view{} : found->value;
}

const HeadField* RequestHead::find(beast_http::field id) const {
  const auto found = std::ranges::find(fields, id, &HeadField::id);
  return found == fields.end() ? nullptr : &*found;
}

std::size_t RequestHead::count(beast_http::field id) const {
  return static_cast<std::size_t>(std::ranges::count(fields, id, &HeadField::id));
}

void RequestParser::on_request_impl(beast_http::verb verb, View /*method*/, View target, int version,
                                    ErrorCode& /*error*/) {
  head_->method = to_method(verb);
  head_->target = target;
  head_->version = version;
}

void RequestParser::on_response_impl(int /*code*/, View /*reason*/, int /*version*/, ErrorCode& error) {
  error = beast_http::error::bad_method;  // a parser of requests never gets here
}

void RequestParser::on_field_impl(beast_http::field id, View name, View value, ErrorCode& /*error*/) {
  head_->fields.push_back({.id = id, .name = name, .value = value});
}

void RequestParser::on_header_impl(ErrorCode& /*error*/) {
  head_->keep_alive = keep_alive();
  head_->chunked = chunked();
  head_->content_length = content_length().value_or(0);
}

void RequestParser::on_body_init_impl(boost::optional<std::uint64_t> const& /*length*/, ErrorCode& /*error*/) {}

std::size_t RequestParser::on_body_impl(View bytes, ErrorCode& /*error*/) { return bytes.size(); }

void RequestParser::on_chunk_header_impl(std::uint64_t /*size*/, View /*extensions*/, ErrorCode& /*error*/) {}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t /*remaining*/, View bytes, ErrorCode& /*error*/) {
  return bytes.size();
}

void RequestParser::on_finish_impl(ErrorCode& /*error*/) {}

std::optional<Refusal> parse_head(std::string_view bytes, RequestHead& head) {
  head.fields.clear();
  head.expects_continue = false;
  RequestParser parser(head);
  parser.header_limit(static_cast<std::uint32_t>(bytes.size() + 1));
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // our own check follows and names the bound
  boost::beast::error_code error;
  parser.put({bytes.data(), bytes.size()}, error);
  if (error) return refusal_of(error, bytes);
  if (!parser.is_header_done()) return malformed("the header is not valid");
  return std::nullopt;
}

}  // namespace coupon::net::http
