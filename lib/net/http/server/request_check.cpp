#include "net/http/server/request_check.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <fmt/core.h>

namespace coupon::net::http {

namespace {

using boost::beast::iequals;
using Field = boost::beast::http::field;
using Verdict = std::optional<Refusal>;

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// The characters of a registered name, an IPv4 or bracketed IPv6 address and a port; no user information.
bool is_authority(std::string_view text) {
  constexpr std::string_view kPunctuation = "-._~!$&'()*+,;=%:[]";
  return !text.empty() && std::ranges::all_of(text, [&](char c) { return is_alnum(c) || kPunctuation.contains(c); });
}

// Length of "http://authority" in an absolute target; 0 when there is none, npos when it is not valid.
std::size_t authority_length(std::string_view target) {
  constexpr std::array<std::string_view, 2> kSchemes{"http://", "https://"};
  for (const auto scheme : kSchemes) {
    if (!iequals(target.substr(0, scheme.size()), scheme)) continue;
    const auto end = std::min(target.find_first_of("/?", scheme.size()), target.size());
    return is_authority(target.substr(scheme.size(), end - scheme.size())) ? end : std::string_view::npos;
  }
  return 0;
}

Verdict check_target(const RequestHead& head, const ServerConfig& config) {
  const auto target = head.target;
  if (target.size() > config.target_bytes_max) return target_too_long(config);
  const bool plain = std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (!plain) return malformed("the request target has a character that must be percent-encoded");
  if (target.front() == '/') return std::nullopt;
  if (target == "*" && head.method == Method::kOptions) return std::nullopt;
  const auto length = authority_length(target);
  if (length != 0 && length != std::string_view::npos) return std::nullopt;
  return malformed("the request target must start with '/', or be an absolute http URL");
}

Verdict check_host(const RequestHead& head) {
  const auto count = head.count(Field::host);
  if (count > 1) return malformed("there is more than one Host field");
  if (count == 0) {
    if (head.version == 10) return std::nullopt;
    return malformed("HTTP/1.1 needs a Host field");
  }
  if (!is_authority(head.find(Field::host)->value)) return malformed("the Host field is not a host name with a port");
  return std::nullopt;
}

Verdict check_transfer_encoding(const RequestHead& head) {
  const auto count = head.count(Field::transfer_encoding);
  if (count == 0) return std::nullopt;
  if (head.version == 10) return malformed("HTTP/1.0 has no Transfer-Encoding");
  if (count > 1 || !iequals(head.find(Field::transfer_encoding)->value, "chunked")) {
    return malformed("Transfer-Encoding must be a lone 'chunked'");
  }
  if (head.count(Field::content_length) != 0) {
    return malformed("Transfer-Encoding and Content-Length must not come together");
  }
  return std::nullopt;
}

Verdict check_content_length(const RequestHead& head, const ServerConfig& config) {
  const auto count = head.count(Field::content_length);
  if (count > 1) return malformed("there is more than one Content-Length");
  if (count == 0) return std::nullopt;
  const auto value = head.find(Field::content_length)->value;
  if (value.empty() || !std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; })) {
    return malformed("Content-Length must be one decimal number");
  }
  if (head.content_length > config.body_bytes_max) return body_too_large(config);
  return std::nullopt;
}

Verdict check_expect(RequestHead& head) {
  const auto* field = head.find(Field::expect);
  if (field == nullptr || head.version == 10) return std::nullopt;
  if (head.count(Field::expect) > 1 || !iequals(field->value, "100-continue")) {
    return Refusal{.status = 417,
                   .reason = RejectReason::kExpectation,
                   .message = "the only expectation that can be met is 100-continue"};
  }
  head.expects_continue = true;
  return std::nullopt;
}

}  // namespace

Refusal target_too_long(const ServerConfig& config) {
  return {.status = 414,
          .reason = RejectReason::kTargetTooLong,
          .message = fmt::format("the request target is longer than {} bytes", config.target_bytes_max)};
}

Refusal header_too_large(const ServerConfig& config) {
  return {.status = 431,
          .reason = RejectReason::kHeaderTooLarge,
          .message = fmt::format("the header is larger than {} bytes", config.header_bytes_max)};
}

Refusal body_too_large(const ServerConfig& config) {
  return {.status = 413,
          .reason = RejectReason::kBodyTooLarge,
          .message = fmt::format("the body is larger than {} bytes", config.body_bytes_max)};
}

std::optional<Refusal> check_head(RequestHead& head, const ServerConfig& config) {
  if (auto refusal = check_target(head, config)) return refusal;
  if (auto refusal = check_host(head)) return refusal;
  if (auto refusal = check_transfer_encoding(head)) return refusal;
  if (auto refusal = check_content_length(head, config)) return refusal;
  return check_expect(head);
}

TargetParts split_target(std::string_view target) {
  if (target.front() != '/') target.remove_prefix(std::min(authority_length(target), target.size()));
  const auto question = std::min(target.find('?'), target.size());
  TargetParts parts{.path = target.substr(0, question), .query = {}};
  if (question < target.size()) parts.query = target.substr(question + 1);
  if (parts.path.empty()) parts.path = "/";
  return parts;
}

}  // namespace coupon::net::http
