#pragma once
// The gate over the embedded store. A grant and its journal record are one transaction, so new grants are confirmed at
// once, and durable before the reply. The file's identity is the home: every connection to the same file may serve.

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "coupon/gate.hpp"
#include "net/sql/group_commit.hpp"

namespace coupon::gate {

/// As Gate requires, one object per thread; the store is shared by all of them. Store, clock and executor must outlive
/// every call in hand.
class SqliteGate final : public Gate {
 public:
  SqliteGate(net::sql::GroupCommit& store, const base::Clock& clock, base::Executor& executor);

  void issue(const CouponCode& code, std::vector<Ask> asks, base::Done<IssueReply> done) override;
  void confirm(const CouponCode& code, std::uint32_t epoch, std::vector<GrantRef> refs,
               base::Done<std::vector<bool>> done) override;
  void find(const CouponCode& code, const MemberId& member, base::Done<MemberReply> done) override;
  void status(const CouponCode& code, base::Done<GateStatus> done) override;
  void claim(const CouponCode& code, std::size_t limit, std::int64_t retry_ms, base::Done<ClaimReply> done) override;
  void revoke(const CouponCode& code, GrantRef ref, base::Done<bool> done) override;
  void rearm(const CouponCode& code, GrantRef ref, base::Done<bool> done) override;
  void adopt(const CouponCode& code, Grant grant, base::Done<bool> done) override;
  void change(const CouponCode& code, GateChange change, base::Done<ChangeReply> done) override;
  void reduce(const CouponCode& code, GateChange change, base::Done<ChangeReply> done) override;
  void scan(const CouponCode& code, std::string cursor, std::size_t limit, base::Done<GatePage> done) override;
  void fence(const CouponCode& code, std::uint32_t target_epoch, base::Done<BuildToken> done) override;
  void merge(const CouponCode& code, const BuildToken& token, std::vector<Grant> held, std::vector<GrantRef> revoked,
             base::Done<bool> done) override;
  void settle(const CouponCode& code, const BuildToken& token, std::int64_t quota,
              base::Done<SettleReply> done) override;
  void open(const CouponCode& code, const BuildToken& token, const GateChange& values, std::int64_t seq,
            base::Done<bool> done) override;
  void forget(const CouponCode& code, const BuildToken& token, base::Done<bool> done) override;

 private:
  /// Runs `body(database) -> Result<T>` in the store and posts its result to the executor.
  template <class T, class Body>
  void run(net::sql::GroupCommit::Kind kind, Body body, base::Done<T> done);
  /// True, and `done` gets kInvalid, when a call carries more than kGateBatchMax.
  template <class T>
  bool refuses(std::size_t count, base::Done<T>& done);

  net::sql::GroupCommit& store_;
  const base::Clock& clock_;
  base::Executor& executor_;
};

}  // namespace coupon::gate
