#include "net/http/client/url.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.hpp"

namespace coupon::net::http {

using base::Errc;
using base::fail;

namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

base::Result<> parse_authority(std::string_view authority, std::string_view whole, Url& url) {
  auto host = authority;
  std::string_view port;
  const auto bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
    const auto number = base::parse_integer(port, fmt::format("the port in '{}'", whole), 1, 65'535);
    if (!number) return std::unexpected(number.error());
    url.port = static_cast<std::uint16_t>(*number);
  }
  if (bracket != std::string_view::npos) {
    if (bracket + 1 != host.size()) return fail(Errc::kInvalid, fmt::format("'{}' has a broken [address]", whole));
    host = host.substr(1, bracket - 1);
  }
  if (host.empty()) return fail(Errc::kInvalid, fmt::format("'{}' names no host; write http://HOST:PORT", whole));
  url.host = host;
  return {};
}

}  // namespace

std::string Url::authority() const {
  const auto shown = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
  return port == (tls ? kHttpsPort : kHttpPort) ? shown : fmt::format("{}:{}", shown, port);
}

std::string Url::text() const { return fmt::format("{}{}{}", tls ? kHttps : kHttp, authority(), base_path); }

base::Result<Url> parse_url(std::string_view text) {
  Url url;
  url.tls = text.starts_with(kHttps);
  if (!url.tls && !text.starts_with(kHttp)) {
    return fail(Errc::kInvalid, fmt::format("'{}' is not a URL; write http://HOST:PORT or https://HOST:PORT", text));
  }
  if (!std::ranges::all_of(text, is_visible)) {
    return fail(Errc::kInvalid, "the URL has a space or another character that does not belong into one");
  }
  const auto rest = text.substr(url.tls ? kHttps.size() : kHttp.size());
  if (rest.find_first_of("@?#") != std::string_view::npos) {
    return fail(Errc::kInvalid, fmt::format("'{}' has a user name, query or fragment; leave it out", text));
  }
  const auto slash = std::min(rest.find('/'), rest.size());
  url.port = url.tls ? kHttpsPort : kHttpPort;
  COUPON_TRY(parse_authority(rest.substr(0, slash), text, url));
  url.base_path = rest.substr(slash);
  while (url.base_path.ends_with('/')) url.base_path.pop_back();
  return url;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace coupon::net::http
