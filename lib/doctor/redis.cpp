#include <charconv>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <optional>
#include <string_view>

#include "base/executor.hpp"
#include "base/metrics.hpp"
#include "doctor/checks.hpp"

namespace coupon::doctor {

namespace {

using net::redis::Arguments;
using net::redis::Reply;

constexpr std::int64_t kVersionMin = 7;

class Redis {
 public:
  explicit Redis(const net::redis::Config& config) : client_(loop_, config, metrics_) {}

  base::Result<Reply> call(const Arguments& command) {
    return base::wait<Reply>([&](auto done) { client_.call(command, std::move(done)); });
  }
  /// The value of a setting; nothing when it may not be read.
  std::optional<std::string> setting(std::string_view name) {
    const auto reply = call({"CONFIG", "GET", name});
    if (!reply || reply->view().size() != 2) return std::nullopt;
    return std::string(reply->view()[1].text());
  }

 private:
  base::Metrics metrics_;
  net::redis::Loop loop_;
  net::redis::Client client_;
};

// The value behind "name:" in an INFO text.
std::string field(std::string_view info, std::string_view name) {
  const auto at = info.find(fmt::format("\n{}:", name));
  if (at == std::string_view::npos) return {};
  const auto from = at + name.size() + 2;
  return std::string(info.substr(from, info.find_first_of("\r\n", from) - from));
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end != text.data() ? value : 0;
}

void check_version(std::string_view info, Findings& findings) {
  const auto version = field(info, "redis_version");
  findings.expect("version", number(version) >= kVersionMin, version, Verdict::kBad,
                  "Redis 7 or later: older ones run scripts on after running out of memory");
}

void check_eviction(Redis& redis, Findings& findings) {
  const auto policy = redis.setting("maxmemory-policy");
  if (!policy) {
    findings.add("eviction", Verdict::kUnknown, "CONFIG GET is not allowed", "look at maxmemory-policy: noeviction");
    return;
  }
  findings.expect("eviction", *policy == "noeviction", *policy, Verdict::kBad,
                  "CONFIG SET maxmemory-policy noeviction: an evicting Redis forgets who holds a place");
}

void check_persistence(Redis& redis, std::string_view info, Findings& findings) {
  const bool aof = field(info, "aof_enabled") == "1";
  const auto fsync = redis.setting("appendfsync").value_or("unknown");
  findings.expect("persistence", aof, aof ? "AOF, appendfsync " + fsync : "no AOF", Verdict::kWarn,
                  "CONFIG SET appendonly yes: without it a crash costs a rebuild and every 202");
  if (aof) {
    findings.expect("202 survives a crash", fsync == "always", "appendfsync " + fsync, Verdict::kWarn,
                    "appendfsync always, if a PENDING answer must survive a crash of Redis; a 200 does in any case");
  }
}

void check_replication(Redis& redis, std::string_view info, const gate::RedisGateConfig& gate, Findings& findings) {
  findings.expect("role", field(info, "role") == "master", field(info, "role"), Verdict::kBad,
                  "--gate must lead to the master");
  const auto replicas = number(field(info, "connected_slaves"));
  if (replicas == 0) {
    findings.good("replicas", "none");
    return;
  }
  const auto min = number(redis.setting("min-replicas-to-write").value_or("0"));
  findings.expect("isolated master", min >= 1, fmt::format("min-replicas-to-write {}", min), Verdict::kBad,
                  "min-replicas-to-write 1: a master that was cut off goes on granting otherwise");
  const auto lag_ms = number(redis.setting("min-replicas-max-lag").value_or("10")) * 1'000;
  findings.expect("isolation wait", gate.isolation_ms >= lag_ms + gate::kLagRoundingMs,
                  fmt::format("--gate-isolation {} ms, min-replicas-max-lag {} ms", gate.isolation_ms, lag_ms),
                  Verdict::kBad, "--gate-isolation must be at least min-replicas-max-lag and two seconds");
}

void check_clock(Redis& redis, Findings& findings) {
  const auto reply = redis.call({"TIME"});
  if (!reply || reply->view().size() != 2) {
    findings.add("clock", Verdict::kUnknown, "TIME is not allowed", "");
    return;
  }
  const auto theirs = number(reply->view()[0].text()) * 1'000 + number(reply->view()[1].text()) / 1'000;
  const auto ours =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  const auto skew = std::llabs(theirs - ours);
  findings.expect("clock", skew <= kSkewMaxMs, fmt::format("{} ms from this host's", skew), Verdict::kWarn,
                  "run NTP on both: opening and ending go by Redis's clock");
}

}  // namespace

void examine_redis(const profile::Servers& servers, std::vector<Check>& all) {
  Findings findings(all, "redis");
  Redis redis(servers.redis);
  const auto info = redis.call({"INFO"});
  if (!info) {
    findings.add("connection", Verdict::kBad, info.error().message, "check --gate, its password, and that Redis runs");
    return;
  }
  const auto text = info->view().text();
  findings.good("connection", fmt::format("{}:{}", servers.redis.host, servers.redis.port));
  check_version(text, findings);
  check_eviction(redis, findings);
  check_persistence(redis, text, findings);
  check_replication(redis, text, servers.gate, findings);
  check_clock(redis, findings);
}

}  // namespace coupon::doctor
