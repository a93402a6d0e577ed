// A master, its replica, and what becomes of the promise when the replica takes over.

#include "integration/redis_gate_fixture.hpp"

namespace coupon::test {
namespace {

using ::testing::HasSubstr;

class RedisFailover : public RedisGateTest {
 protected:
  void SetUp() override {
    follow();
    gate_.seed(values(10), kEpoch);
    gate_.issue(asks(1, 3));
    ASSERT_EQ(gate_.confirm(kEpoch, {ref(1), ref(2)}), (std::vector{true, true}));
    ASSERT_TRUE(eventually([&] { return new_gate_.status().held == 3 && new_gate_.status().pending == 1; }));
  }
  void follow() {
    ask(new_meddler_, {"REPLICAOF", "127.0.0.1", server_.port()});
    ASSERT_TRUE(eventually(
        [&] { return ask(new_meddler_, {"INFO", "replication"}).find("master_link_status:up") != std::string::npos; }));
  }
  /// The old master is not told: it is cut off.
  void promote() { ask(new_meddler_, {"REPLICAOF", "NO", "ONE"}); }

  RedisServer replica_{"--repl-diskless-sync-delay 0"};
  net::redis::Client new_meddler_{side_.loop, replica_.config(), side_.metrics};
  std::unique_ptr<gate::RedisGate> new_engine_ = gate_at(replica_, inline_);
  GateCalls new_gate_{*new_engine_, code()};
};

TEST_F(RedisFailover, A_replica_issues_nothing) {
  const auto refused =
      base::wait<IssueReply>([&](auto done) { new_engine_->issue(code(), asks(4, 4), std::move(done)); });
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().retryable);
  EXPECT_THAT(refused.error().message, HasSubstr("it is a replica"));
}

TEST_F(RedisFailover, A_promoted_replica_refuses_until_it_is_rebuilt_and_waits_for_the_old_master) {
  promote();
  EXPECT_EQ(new_gate_.issue_one({member(4), id(4), 0}).outcome, Outcome::kFenced);
  EXPECT_EQ(new_gate_.confirm(kEpoch, {ref(3)}), std::vector{false});
  EXPECT_FALSE(new_gate_.claim(10, 1).serving);
  const auto token = new_gate_.fence(kEpoch + 1);
  EXPECT_EQ(token.wait_ms, gate::RedisGateConfig{}.isolation_ms);
  EXPECT_EQ(new_gate_.issue_one({member(4), id(4), 0}).outcome, Outcome::kFenced);
  ASSERT_TRUE(new_gate_.merge(token, {grant(1), grant(2)}, {}));
  ASSERT_EQ(new_gate_.settle(token, 10).pending, 1);
  ASSERT_TRUE(new_gate_.open(token, values(10), 3));
  EXPECT_EQ(new_gate_.issue_one({member(3), id(3), 0}).outcome, Outcome::kGranted) << "it is there, with its own id";
  EXPECT_EQ(new_gate_.issue_one({member(4), id(4), 0}).held->grant.rank, 4);
  EXPECT_EQ(new_gate_.fence(kEpoch + 2).wait_ms, 0) << "the old master has stopped long ago";
}

TEST_F(RedisFailover, An_ordinary_rebuild_waits_for_nobody) { EXPECT_EQ(gate_.fence(kEpoch + 1).wait_ms, 0); }

TEST_F(RedisFailover, A_token_of_the_old_master_means_nothing_on_the_new_one) {
  const auto token = gate_.fence(kEpoch + 1);
  ASSERT_TRUE(gate_.merge(token, {grant(1)}, {}));
  ASSERT_TRUE(eventually([&] { return new_gate_.status().building; })) << "the token has travelled to the replica";
  ASSERT_TRUE(eventually([&] { return ask(new_meddler_, {"EXISTS", key("b")}) == "1"; }));
  promote();
  const auto before = ask(new_meddler_, {"DEBUG", "DIGEST"});
  EXPECT_FALSE(new_gate_.merge(token, {grant(7)}, {}));
  EXPECT_FALSE(new_gate_.settle(token, 10).mine);
  EXPECT_FALSE(new_gate_.open(token, values(10), 3));
  EXPECT_FALSE(new_gate_.forget(token));
  EXPECT_EQ(ask(new_meddler_, {"DEBUG", "DIGEST"}), before);
  EXPECT_EQ(new_gate_.fence(kEpoch + 1).target_epoch, kEpoch + 1) << "the same epoch, another server's token";
}

// The one hole that no script can close: nothing tells a master that was cut off.
TEST_F(RedisFailover, A_master_cut_off_goes_on_unless_it_must_have_a_replica) {
  promote();
  EXPECT_EQ(gate_.issue_one({member(4), id(4), 0}).outcome, Outcome::kGranted);
  meddle({"CONFIG", "SET", "min-replicas-to-write", "1"});
  ASSERT_TRUE(eventually([&] {
    const auto refused =
        base::wait<IssueReply>([&](auto done) { engine_->issue(code(), asks(5, 5), std::move(done)); });
    return !refused && refused.error().retryable && refused.error().message.find("NOREPLICAS") != std::string::npos;
  }));
  const auto confirm =
      base::wait<std::vector<bool>>([&](auto done) { engine_->confirm(code(), kEpoch, {ref(4)}, std::move(done)); });
  EXPECT_FALSE(confirm) << "so nothing of it is answered as issued";
  EXPECT_EQ(gate_.find(member(1)).held->grant.id, id(1)) << "reading goes on";
}

TEST_F(RedisFailover, The_old_master_comes_back_as_a_replica_without_what_it_granted_alone) {
  promote();
  ASSERT_EQ(gate_.issue_one({member(4), id(4), 0}).outcome, Outcome::kGranted);
  const auto token = new_gate_.fence(kEpoch + 1);
  ASSERT_TRUE(new_gate_.merge(token, {grant(1), grant(2)}, {}));
  ASSERT_TRUE(new_gate_.settle(token, 10).mine);
  ASSERT_TRUE(new_gate_.open(token, values(10), 3));
  meddle({"REPLICAOF", "127.0.0.1", replica_.port()});
  ASSERT_TRUE(eventually([&] { return gate_.status().epoch == kEpoch + 1; }));
  const auto refused = base::wait<IssueReply>([&](auto done) { engine_->issue(code(), asks(5, 5), std::move(done)); });
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().retryable);
  ASSERT_TRUE(eventually([&] {
    const auto found = base::wait<MemberReply>([&](auto done) { engine_->find(code(), member(4), std::move(done)); });
    return found && !found->held;
  }));
}

}  // namespace
}  // namespace coupon::test
