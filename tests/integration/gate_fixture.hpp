#pragma once
// What the gate's contract suites share: one coupon, served, and a second gate on the same store.

#include <utility>
#include <vector>

#include "integration/engines.hpp"
#include "integration/gate_calls.hpp"

namespace coupon::test {

constexpr std::uint32_t kEpoch = 5;
constexpr std::int64_t kQuota = 10;
constexpr std::int64_t kIssuedMs = 1'700'000'000'000;

class GateTest : public ContractTest {
 protected:
  [[nodiscard]] static GateChange values(std::int64_t quota, std::uint64_t version = 1,
                                         CouponState state = CouponState::kOpen, Window window = {}) {
    return {version, quota, state, window};
  }
  [[nodiscard]] static Ask ask(int number, std::uint32_t candidate, std::uint64_t key = 0) {
    return {member(number), id(candidate), key};
  }
  /// Members `first` to `last`, each with the candidate of its number.
  [[nodiscard]] static std::vector<Ask> asks(int first, int last) {
    std::vector<Ask> all;
    for (int i = first; i <= last; ++i) all.push_back(ask(i, static_cast<std::uint32_t>(i)));
    return all;
  }
  [[nodiscard]] static GrantRef ref(int number, std::uint32_t grant) { return {member(number), id(grant)}; }
  [[nodiscard]] static Grant grant(int number, std::uint32_t grant_id, std::int64_t rank) {
    return {id(grant_id), member(number), rank, kIssuedMs + rank, 0};
  }

  void seed(std::int64_t quota = kQuota, std::uint32_t epoch = kEpoch) { gate_.seed(values(quota), epoch); }
  /// Grants to members `first` to `last`, confirmed.
  void grant_to(int first, int last) {
    const auto reply = gate_.issue(asks(first, last));
    std::vector<GrantRef> refs;
    for (const auto& decision : reply.decisions) {
      ASSERT_EQ(decision.outcome, Outcome::kGranted);
      refs.push_back({decision.held->grant.member, decision.held->grant.id});
    }
    for (const bool one : gate_.confirm(reply.epoch, refs)) ASSERT_TRUE(one);
  }
  [[nodiscard]] std::int64_t held() { return gate_.status().held; }
  [[nodiscard]] bool holds(int number) { return gate_.find(member(number)).held.has_value(); }

  CouponCode code_ = code("FLASH");
  std::unique_ptr<Gate> engine_ = engines_->gate();
  GateCalls gate_{*engine_, code_};
  std::unique_ptr<Gate> other_engine_ = engines_->gate();
  GateCalls other_{*other_engine_, code_};
};

}  // namespace coupon::test
