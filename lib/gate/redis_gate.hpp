#pragma once
// The gate over Redis: every call is one script of lua/, atomic on the server (settle and scan are several, each
// harmless by itself).

#include <cstdint>
#include <memory>
#include <string>

#include "coupon/gate.hpp"
#include "net/redis/client.hpp"

namespace coupon::gate {

/// How much longer than min-replicas-max-lag a master that was cut off may serve: Redis counts the lag in whole seconds
/// and looks once a second (2.57 s were seen with a lag of 1).
inline constexpr std::int64_t kLagRoundingMs = 2'000;

struct RedisGateConfig {
  /// Until a new grant that is not confirmed may be claimed by a relay: longer than its author takes to publish it.
  std::int64_t grace_ms = 5'000;
  /// How long a master that was cut off may go on serving: min-replicas-max-lag (10 s unless set) and kLagRoundingMs. A
  /// fence after a failover lasts it out.
  std::int64_t isolation_ms = 10'000 + kLagRoundingMs;
};

class RedisGate final : public Gate {
 public:
  /// Connects by itself. `loop`, `executor` and `metrics` must outlive it. Its end, on the executor's thread or a
  /// thread that the executor is not waiting for, ends the calls under way; their completions may be posted already.
  RedisGate(net::redis::Loop& loop, const net::redis::Config& redis, RedisGateConfig config, base::Executor& executor,
            base::Metrics& metrics);

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
  struct Settling;

  /// Runs the script and gives read(view) -> Result<T> to `done`, on the executor.
  template <class T, class Read>
  void run(const net::redis::Script& script, net::redis::Arguments arguments, Read read, base::Done<T> done);
  void run_flag(const net::redis::Script& script, net::redis::Arguments arguments, base::Done<bool> done);
  void run_change(const CouponCode& code, const GateChange& change, std::string_view how, base::Done<ChangeReply> done);
  /// False, and completes with kInvalid, when a call is larger than the port allows.
  template <class T>
  bool refuses(std::size_t count, base::Done<T>& done);
  void find_unmerged(std::shared_ptr<Settling> settling);
  void drop_strays(std::shared_ptr<Settling> settling);
  void weigh(std::shared_ptr<Settling> settling);
  void settle_part(std::shared_ptr<Settling> settling);
  void run_settle(net::redis::Arguments arguments, base::Done<SettleReply> done);

  RedisGateConfig config_;
  base::Executor& executor_;
  std::shared_ptr<const char> life_ =
      std::make_shared<const char>('\0');  // settle's steps, posted, look whether it is there
  net::redis::Client client_;              // ends first: nothing completes behind it
};

}  // namespace coupon::gate
