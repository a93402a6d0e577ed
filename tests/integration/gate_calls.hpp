#pragma once
// Every call of a gate as a blocking one that must succeed: an Error ends the test with its message.

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "coupon/gate.hpp"

namespace coupon::test {

template <class T, class Start>
T completed(Start&& start) {
  auto result = base::wait<T>(std::forward<Start>(start));
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

/// Belongs to one thread, as its gate does. The gate's executor must not need this thread.
class GateCalls {
 public:
  GateCalls(Gate& gate, CouponCode code) : gate_(gate), code_(std::move(code)) {}

  IssueReply issue(std::vector<Ask> asks) {
    return completed<IssueReply>([&](auto done) { gate_.issue(code_, std::move(asks), std::move(done)); });
  }
  Decision issue_one(Ask ask) { return std::move(issue(std::vector{std::move(ask)}).decisions.at(0)); }
  std::vector<bool> confirm(std::uint32_t epoch, std::vector<GrantRef> refs) {
    return completed<std::vector<bool>>(
        [&](auto done) { gate_.confirm(code_, epoch, std::move(refs), std::move(done)); });
  }
  MemberReply find(const MemberId& member) {
    return completed<MemberReply>([&](auto done) { gate_.find(code_, member, std::move(done)); });
  }
  GateStatus status() {
    return completed<GateStatus>([&](auto done) { gate_.status(code_, std::move(done)); });
  }
  ClaimReply claim(std::size_t limit, std::int64_t retry_ms) {
    return completed<ClaimReply>([&](auto done) { gate_.claim(code_, limit, retry_ms, std::move(done)); });
  }
  bool revoke(GrantRef ref) {
    return completed<bool>([&](auto done) { gate_.revoke(code_, std::move(ref), std::move(done)); });
  }
  bool rearm(GrantRef ref) {
    return completed<bool>([&](auto done) { gate_.rearm(code_, std::move(ref), std::move(done)); });
  }
  bool adopt(Grant grant) {
    return completed<bool>([&](auto done) { gate_.adopt(code_, std::move(grant), std::move(done)); });
  }
  ChangeReply change(GateChange values) {
    return completed<ChangeReply>([&](auto done) { gate_.change(code_, values, std::move(done)); });
  }
  ChangeReply reduce(GateChange values) {
    return completed<ChangeReply>([&](auto done) { gate_.reduce(code_, values, std::move(done)); });
  }
  GatePage scan(std::string cursor, std::size_t limit) {
    return completed<GatePage>([&](auto done) { gate_.scan(code_, std::move(cursor), limit, std::move(done)); });
  }
  BuildToken fence(std::uint32_t target_epoch) {
    return completed<BuildToken>([&](auto done) { gate_.fence(code_, target_epoch, std::move(done)); });
  }
  bool merge(const BuildToken& token, std::vector<Grant> held, std::vector<GrantRef> revoked) {
    return completed<bool>(
        [&](auto done) { gate_.merge(code_, token, std::move(held), std::move(revoked), std::move(done)); });
  }
  SettleReply settle(const BuildToken& token, std::int64_t quota) {
    return completed<SettleReply>([&](auto done) { gate_.settle(code_, token, quota, std::move(done)); });
  }
  bool open(const BuildToken& token, const GateChange& values, std::int64_t seq) {
    return completed<bool>([&](auto done) { gate_.open(code_, token, values, seq, std::move(done)); });
  }
  bool forget(const BuildToken& token) {
    return completed<bool>([&](auto done) { gate_.forget(code_, token, std::move(done)); });
  }
  /// A rebuild with nothing to merge: the coupon serves these values under this epoch.
  void seed(const GateChange& values, std::uint32_t epoch) {
    const auto token = fence(epoch);
    const auto settled = settle(token, values.quota);
    if (!settled.mine || !open(token, values, settled.seq)) throw std::runtime_error("the seed was overtaken");
  }

 private:
  Gate& gate_;
  CouponCode code_;
};

}  // namespace coupon::test
