#pragma once
// A gate for a thread that may block: each call waits for its completion. The gate must have been made with an executor
// that does not need this thread (an InlineExecutor).

#include <string>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "coupon/gate.hpp"

namespace coupon::service {

class BlockingGate {
 public:
  explicit BlockingGate(Gate& gate) : gate_(gate) {}

  [[nodiscard]] base::Result<GateStatus> status(const CouponCode& code) {
    return base::wait<GateStatus>([&](auto done) { gate_.status(code, std::move(done)); });
  }
  [[nodiscard]] base::Result<MemberReply> find(const CouponCode& code, const MemberId& member) {
    return base::wait<MemberReply>([&](auto done) { gate_.find(code, member, std::move(done)); });
  }
  [[nodiscard]] base::Result<std::vector<bool>> confirm(const CouponCode& code, std::uint32_t epoch,
                                                        const std::vector<GrantRef>& refs) {
    return base::wait<std::vector<bool>>([&](auto done) { gate_.confirm(code, epoch, refs, std::move(done)); });
  }
  [[nodiscard]] base::Result<ClaimReply> claim(const CouponCode& code, std::size_t limit, std::int64_t retry_ms) {
    return base::wait<ClaimReply>([&](auto done) { gate_.claim(code, limit, retry_ms, std::move(done)); });
  }
  [[nodiscard]] base::Result<bool> revoke(const CouponCode& code, const GrantRef& ref) {
    return base::wait<bool>([&](auto done) { gate_.revoke(code, ref, std::move(done)); });
  }
  [[nodiscard]] base::Result<bool> rearm(const CouponCode& code, const GrantRef& ref) {
    return base::wait<bool>([&](auto done) { gate_.rearm(code, ref, std::move(done)); });
  }
  [[nodiscard]] base::Result<bool> adopt(const CouponCode& code, const Grant& grant) {
    return base::wait<bool>([&](auto done) { gate_.adopt(code, grant, std::move(done)); });
  }
  [[nodiscard]] base::Result<ChangeReply> change(const CouponCode& code, const GateChange& values) {
    return base::wait<ChangeReply>([&](auto done) { gate_.change(code, values, std::move(done)); });
  }
  [[nodiscard]] base::Result<ChangeReply> reduce(const CouponCode& code, const GateChange& values) {
    return base::wait<ChangeReply>([&](auto done) { gate_.reduce(code, values, std::move(done)); });
  }
  [[nodiscard]] base::Result<GatePage> scan(const CouponCode& code, const std::string& cursor, std::size_t limit) {
    return base::wait<GatePage>([&](auto done) { gate_.scan(code, cursor, limit, std::move(done)); });
  }
  [[nodiscard]] base::Result<BuildToken> fence(const CouponCode& code, std::uint32_t target_epoch) {
    return base::wait<BuildToken>([&](auto done) { gate_.fence(code, target_epoch, std::move(done)); });
  }
  [[nodiscard]] base::Result<bool> merge(const CouponCode& code, const BuildToken& token, std::vector<Grant> held,
                                         std::vector<GrantRef> revoked) {
    return base::wait<bool>(
        [&](auto done) { gate_.merge(code, token, std::move(held), std::move(revoked), std::move(done)); });
  }
  [[nodiscard]] base::Result<SettleReply> settle(const CouponCode& code, const BuildToken& token, std::int64_t quota) {
    return base::wait<SettleReply>([&](auto done) { gate_.settle(code, token, quota, std::move(done)); });
  }
  [[nodiscard]] base::Result<bool> open(const CouponCode& code, const BuildToken& token, const GateChange& values,
                                        std::int64_t seq) {
    return base::wait<bool>([&](auto done) { gate_.open(code, token, values, seq, std::move(done)); });
  }
  [[nodiscard]] base::Result<bool> forget(const CouponCode& code, const BuildToken& token) {
    return base::wait<bool>([&](auto done) { gate_.forget(code, token, std::move(done)); });
  }

 private:
  Gate& gate_;
};

}  // namespace coupon::service
