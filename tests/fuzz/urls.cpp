// URLs: of engines, of a server to ask, and the escapes in paths and queries.

#include "profile/urls.hpp"

#include <fmt/format.h>

#include "fuzz/check.hpp"
#include "net/http/client/url.hpp"
#include "net/http/message.hpp"

namespace coupon::fuzz_urls {

using fuzz::accepted;

namespace {

void check_parts(const profile::ServerUrl& url, const std::string& text) {
  FUZZ_CHECK(!url.host.empty());
  FUZZ_CHECK(url.user.find(':') == std::string::npos);
  FUZZ_CHECK(url.host.size() + url.user.size() + url.path.size() <= 2 * text.size() + 16);
  FUZZ_CHECK(url.host.find_first_of("/?# @") == std::string::npos);
}

void check_engines(const std::string& text) {
  if (const auto redis = profile::parse_redis_url("gate", text); accepted(redis)) {
    check_parts(*redis, text);
    FUZZ_CHECK(redis->port != 0 && redis->path.size() <= 4);
  }
  if (const auto mysql = profile::parse_mysql_url("ledger", text); accepted(mysql)) {
    check_parts(*mysql, text);
    FUZZ_CHECK(mysql->port != 0 && !mysql->path.empty());
  }
  const auto kafka = profile::parse_kafka_url("journal", text);
  if (!accepted(kafka)) return;
  FUZZ_CHECK(!kafka->host.empty() && kafka->user.empty() && !kafka->tls);
  // What is kept names every port, and means the same again.
  const auto again = profile::parse_kafka_url("journal", fmt::format("kafka://{}/{}", kafka->host, kafka->path));
  FUZZ_CHECK(accepted(again) && again->host == kafka->host && again->path == kafka->path);
}

void check_server(std::string_view text) {
  const auto url = net::http::parse_url(text);
  if (!accepted(url)) return;
  FUZZ_CHECK(!url->host.empty() && url->port != 0 && !url->base_path.ends_with('/'));
  const auto again = net::http::parse_url(url->text());
  FUZZ_CHECK(accepted(again));
  FUZZ_CHECK(again->host == url->host && again->port == url->port && again->tls == url->tls);
  FUZZ_CHECK(again->base_path == url->base_path);
}

void check_escapes(std::string_view text) {
  std::string decoded;
  for (const bool plus : {false, true}) {
    if (net::http::percent_decode(text, plus, decoded)) {
      FUZZ_CHECK(decoded.size() <= text.size() && decoded.find('\0') == std::string::npos);
    }
    const bool back = net::http::percent_decode(net::http::percent_encode(text), plus, decoded);
    FUZZ_CHECK(back == (text.find('\0') == std::string_view::npos));
    FUZZ_CHECK(!back || decoded == text);
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  if (!net::http::parse_query(text, pairs)) return;
  std::size_t held = 0;
  for (const auto& [name, value] : pairs) held += name.size() + value.size();
  FUZZ_CHECK(held <= text.size());
}

}  // namespace

FUZZ_TARGET(urls) {
  const auto text = fuzz::text_of(data, size);
  check_engines(std::string(text));
  check_server(text);
  check_escapes(text);
  return 0;
}

}  // namespace coupon::fuzz_urls
