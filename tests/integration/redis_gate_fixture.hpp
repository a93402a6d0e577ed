#pragma once
// One coupon at a gate over a Redis of its own, which a meddler may change behind the gate's back.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <memory>
#include <string>
#include <vector>

#include "gate/redis_gate.hpp"
#include "integration/gate_calls.hpp"
#include "integration/redis_server.hpp"

namespace coupon::test {

class RedisGateTest : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kEpoch = 5;

  [[nodiscard]] static CouponCode code() { return *CouponCode::parse("FLASH"); }
  [[nodiscard]] static MemberId member(int number) { return *MemberId::parse(fmt::format("m{:06}", number)); }
  [[nodiscard]] static GrantId id(int number) {
    GrantId made;
    made.bytes[0] = 1;
    for (std::size_t i = 0; i < sizeof(number); ++i) {
      made.bytes.at(made.bytes.size() - 1 - i) = static_cast<std::uint8_t>(number >> (8 * i));
    }
    return made;
  }
  [[nodiscard]] static GrantRef ref(int number) { return {member(number), id(number)}; }
  [[nodiscard]] static Grant grant(int number) { return {id(number), member(number), number, 1'700'000'000'000, 0}; }
  /// Members `first` to `last`, each with the candidate of its number.
  [[nodiscard]] static std::vector<Ask> asks(int first, int last) {
    std::vector<Ask> all;
    for (int i = first; i <= last; ++i) all.push_back({member(i), id(i), 0});
    return all;
  }
  [[nodiscard]] static GateChange values(std::int64_t quota, std::uint64_t version = 1) {
    return {version, quota, CouponState::kOpen, {}};
  }
  [[nodiscard]] static std::string key(std::string_view kind) { return fmt::format("c:{{FLASH}}:{}", kind); }

  /// Grants to members 1 to `count`.
  void issue_all(int count) {
    for (int first = 1; first <= count; first += 1'000) gate_.issue(asks(first, std::min(first + 999, count)));
  }
  [[nodiscard]] std::unique_ptr<gate::RedisGate> gate_at(const RedisServer& server, base::Executor& executor) {
    return std::make_unique<gate::RedisGate>(side_.loop, server.config(), gate::RedisGateConfig{}, executor,
                                             side_.metrics);
  }
  std::string meddle(const Arguments& command) { return ask(meddler_, command); }

  RedisServer server_{"--repl-diskless-sync-delay 0"};
  RedisSide side_;
  base::InlineExecutor inline_;
  net::redis::Client meddler_{side_.loop, server_.config(), side_.metrics};
  std::unique_ptr<gate::RedisGate> engine_ = gate_at(server_, inline_);
  GateCalls gate_{*engine_, code()};
};

}  // namespace coupon::test
