#include "profile/urls.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace coupon::profile {

using base::Errc;
using base::fail;
using base::Result;

namespace {

constexpr std::uint16_t kRedisPort = 6379;
constexpr std::uint16_t kKafkaPort = 9092;
constexpr std::uint16_t kMysqlPort = 3306;
constexpr std::string_view kRedisExample = "redis://127.0.0.1:6379";
constexpr std::string_view kKafkaExample = "kafka://127.0.0.1:9092/coupon-grants";
constexpr std::string_view kMysqlExample = "mysql://coupon@127.0.0.1:3306/coupon";

struct Form {
  std::string_view flag;
  std::string_view plain;
  std::string_view tls;  ///< empty: there is none
  std::string_view example;
};

std::unexpected<base::Error> wrong(const Form& form, const std::string& url, std::string_view why) {
  return fail(Errc::kInvalid, fmt::format("--{}: '{}' {}; use for example {}", form.flag, url, why, form.example));
}

struct HostPort {
  std::string host;
  std::uint16_t port;
};

// A name or an IPv4 address; containers have names with underscores.
bool of_name(char one) {
  return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') || one == '.' ||
         one == '-' || one == '_';
}

// An IPv6 address, which may name an interface.
bool of_address(char one) { return of_name(one) || one == ':' || one == '%'; }

Result<HostPort> split_host(const Form& form, const std::string& url, std::string_view text, std::uint16_t port) {
  HostPort found{{}, port};
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return wrong(form, url, "has a '[' without ']'");
    found.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    found.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
  }
  if (found.host.empty()) return wrong(form, url, "names no host");
  const bool address = text.starts_with('[');
  const bool plain = std::ranges::all_of(found.host, address ? of_address : of_name);
  if (!plain || (address && !found.host.contains(':'))) {
    return wrong(form, url, "has a host that is neither a name nor an address");
  }
  if (rest.empty()) return found;
  const auto digits = rest.substr(1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), found.port);
  if (rest.front() != ':' || error != std::errc{} || end != digits.data() + digits.size() || found.port == 0) {
    return wrong(form, url, "has no port from 1 to 65535 behind its host");
  }
  return found;
}

// Scheme, user, and path; the hosts in between are left as they are.
Result<ServerUrl> split(const Form& form, const std::string& url) {
  ServerUrl parsed;
  std::string_view rest = url;
  if (rest.starts_with(form.plain)) {
    rest.remove_prefix(form.plain.size());
  } else if (!form.tls.empty() && rest.starts_with(form.tls)) {
    parsed.tls = true;
    rest.remove_prefix(form.tls.size());
  } else {
    return wrong(form, url, fmt::format("does not begin with {}", form.plain));
  }
  if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    parsed.path = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    parsed.user = rest.substr(0, at);
    rest = rest.substr(at + 1);
    if (parsed.user.find(':') != std::string::npos) {
      return fail(
          Errc::kInvalid,
          fmt::format("--{0}: a password does not belong into a URL; use --{0}-password-file or the environment",
                      form.flag));
    }
  }
  if (rest.find_first_of("?# ") != std::string_view::npos || parsed.path.find_first_of("?#/ ") != std::string::npos) {
    return wrong(form, url, "has more than host, port and one name");
  }
  parsed.host = rest;
  return parsed;
}

Result<ServerUrl> single_host(const Form& form, const std::string& url, std::uint16_t port) {
  auto parsed = split(form, url);
  if (!parsed) return parsed;
  auto where = split_host(form, url, parsed->host, port);
  if (!where) return std::unexpected(where.error());
  parsed->host = std::move(where->host);
  parsed->port = where->port;
  return parsed;
}

}  // namespace

Result<ServerUrl> parse_redis_url(std::string_view flag, const std::string& url) {
  const Form form{flag, "redis://", "rediss://", kRedisExample};
  auto parsed = single_host(form, url, kRedisPort);
  if (!parsed) return parsed;
  if (parsed->path.size() > 4 || parsed->path.find_first_not_of("0123456789") != std::string::npos) {
    return wrong(form, url, "has a database that is no number up to 9999");
  }
  return parsed;
}

Result<ServerUrl> parse_kafka_url(std::string_view flag, const std::string& url) {
  const Form form{flag, "kafka://", {}, kKafkaExample};
  auto parsed = split(form, url);
  if (!parsed) return parsed;
  if (!parsed->user.empty()) return wrong(form, url, "names a user; that is --journal-user");
  std::string brokers;
  std::string_view rest = parsed->host;
  for (bool more = true; more;) {
    const auto comma = rest.find(',');
    more = comma != std::string_view::npos;
    const auto one = split_host(form, url, rest.substr(0, comma), kKafkaPort);
    if (!one) return std::unexpected(one.error());
    const bool brackets = one->host.find(':') != std::string::npos;
    brokers += fmt::format("{}{}{}{}:{}", brokers.empty() ? "" : ",", brackets ? "[" : "", one->host,
                           brackets ? "]" : "", one->port);
    rest = more ? rest.substr(comma + 1) : std::string_view{};
  }
  parsed->host = std::move(brokers);
  return parsed;
}

Result<ServerUrl> parse_mysql_url(std::string_view flag, const std::string& url) {
  const Form form{flag, "mysql://", "mysqls://", kMysqlExample};
  auto parsed = single_host(form, url, kMysqlPort);
  if (parsed && parsed->path.empty()) return wrong(form, url, "names no database");
  return parsed;
}

}  // namespace coupon::profile
