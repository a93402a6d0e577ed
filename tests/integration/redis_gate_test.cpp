// What the gate over Redis must do beside the contract: its keys, other people's keys, memory, identity.

#include <deque>

#include "integration/redis_gate_fixture.hpp"

namespace coupon::test {
namespace {

using base::Errc;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class RedisGateKeys : public RedisGateTest {};

// The keys and their forms are a contract too: scripts of an older version meet them after an upgrade.
TEST_F(RedisGateKeys, A_coupon_is_three_keys_without_a_time_to_live) {
  gate_.seed({7, 100, CouponState::kOpen, {1'000, 0}}, kEpoch);
  gate_.issue({{member(1), id(1), 0xabcdef}, {member(2), id(2), 0}});
  gate_.confirm(kEpoch, {ref(2)});
  EXPECT_EQ(meddle({"DBSIZE"}), "3");
  EXPECT_EQ(meddle({"HGET", key("m"), "home"}).size(), 40U);
  for (const auto& [field, value] : std::vector<std::pair<std::string, std::string>>{{"epoch", "5"},
                                                                                     {"state", "OPEN"},
                                                                                     {"opens", "1000"},
                                                                                     {"ends", "0"},
                                                                                     {"quota", "100"},
                                                                                     {"version", "7"},
                                                                                     {"seq", "2"}}) {
    EXPECT_EQ(meddle({"HGET", key("m"), field}), value) << field;
  }
  EXPECT_EQ(meddle({"HLEN", key("m")}), "8");
  EXPECT_THAT(meddle({"HGET", key("g"), member(1).text()}), MatchesRegex(id(1).text() + " 1 [0-9]{13} abcdef"));
  EXPECT_THAT(meddle({"HGET", key("g"), member(2).text()}), MatchesRegex(id(2).text() + " 2 [0-9]{13} 0"));
  EXPECT_EQ(meddle({"ZCARD", key("p")}), "1");
  EXPECT_THAT(meddle({"ZSCORE", key("p"), member(1).text()}), MatchesRegex("[0-9]{13}"));
  for (const auto* kind : {"m", "g", "p"}) EXPECT_EQ(meddle({"PTTL", key(kind)}), "-1") << kind;
}

TEST_F(RedisGateKeys, The_fourth_key_lives_as_long_as_the_rebuild) {
  const auto token = gate_.fence(kEpoch);
  EXPECT_EQ(meddle({"HGET", key("m"), "building"}), "5 " + token.server);
  ASSERT_TRUE(gate_.merge(token, {grant(1)}, {}));
  EXPECT_EQ(meddle({"ZSCORE", key("b"), member(1).text()}), "5");
  ASSERT_TRUE(gate_.settle(token, 10).mine);
  ASSERT_TRUE(gate_.open(token, values(10), 1));
  EXPECT_EQ(meddle({"EXISTS", key("b")}), "0");
  EXPECT_EQ(meddle({"HEXISTS", key("m"), "building"}), "0");
}

TEST_F(RedisGateKeys, Ids_members_and_keys_that_look_like_numbers_stay_what_they_are) {
  gate_.seed(values(10), kEpoch);
  for (const auto* name : {"007", "1e5", "0x10", "inf", "-0", "9007199254740993"}) {
    const auto who = *MemberId::parse(name);
    const auto granted = gate_.issue_one({who, id(static_cast<int>(std::string_view(name).size())), 0x1e5});
    ASSERT_EQ(granted.outcome, Outcome::kGranted);
    const auto found = gate_.find(who).held;
    ASSERT_TRUE(found);
    EXPECT_EQ(found->grant.key_hash, 0x1e5U);
  }
  EXPECT_EQ(gate_.status().held, 6);
}

// The code of what a call ended with; nothing when it succeeded.
template <class T, class Start>
std::optional<Errc> errc_of(Start&& start) {
  const auto result = base::wait<T>(std::forward<Start>(start));
  if (result) return std::nullopt;
  return result.error().code;
}

TEST_F(RedisGateKeys, A_key_of_another_type_is_corrupt_and_nothing_is_written) {
  for (const auto* kind : {"m", "g", "p"}) {
    meddle({"FLUSHALL"});
    gate_.seed(values(10), kEpoch);
    gate_.issue(asks(1, 1));
    meddle({"DEL", key(kind)});
    meddle({"SET", key(kind), "somebody else's"});
    const auto before = meddle({"DEBUG", "DIGEST"});
    EXPECT_EQ(errc_of<IssueReply>([&](auto done) { engine_->issue(code(), asks(2, 3), std::move(done)); }),
              Errc::kCorrupt)
        << kind;
    if (*kind != 'm') {  // of m, nothing is left that a fence could go by
      EXPECT_EQ(errc_of<BuildToken>([&](auto done) { engine_->fence(code(), kEpoch, std::move(done)); }),
                Errc::kConflict);
    }
    if (*kind != 'p') {
      EXPECT_EQ(errc_of<GateStatus>([&](auto done) { engine_->status(code(), std::move(done)); }), Errc::kCorrupt);
      EXPECT_EQ(errc_of<bool>([&](auto done) { engine_->rearm(code(), ref(1), std::move(done)); }), Errc::kCorrupt);
    }
    EXPECT_EQ(errc_of<bool>([&](auto done) { engine_->revoke(code(), ref(1), std::move(done)); }), Errc::kCorrupt)
        << kind;
    EXPECT_EQ(meddle({"DEBUG", "DIGEST"}), before) << kind;
  }
}

TEST_F(RedisGateKeys, A_merge_and_a_settlement_onto_keys_of_another_type_write_nothing) {
  for (const auto* kind : {"g", "p", "b"}) {
    meddle({"FLUSHALL"});
    const auto token = gate_.fence(kEpoch);
    ASSERT_TRUE(gate_.merge(token, {grant(1)}, {}));
    meddle({"DEL", key(kind)});
    meddle({"SET", key(kind), "somebody else's"});
    const auto before = meddle({"DEBUG", "DIGEST"});
    EXPECT_EQ(errc_of<bool>([&](auto done) { engine_->merge(code(), token, {grant(2)}, {}, std::move(done)); }),
              Errc::kCorrupt)
        << kind;
    EXPECT_EQ(errc_of<SettleReply>([&](auto done) { engine_->settle(code(), token, 10, std::move(done)); }),
              Errc::kCorrupt)
        << kind;
    EXPECT_EQ(meddle({"DEBUG", "DIGEST"}), before) << kind;
  }
}

TEST_F(RedisGateKeys, A_value_that_is_no_grant_is_corrupt) {
  gate_.seed(values(10), kEpoch);
  gate_.issue(asks(1, 1));
  const auto good = id(1).text();
  for (const auto& value : {std::string("nonsense"), std::string(), good, good + " 1", good + " 1 2", good + " x 2 0",
                            good + " 1 2 zz", good + " 1 2 0 more", " " + good + " 1 2 0"}) {
    meddle({"HSET", key("g"), member(1).text(), value});
    EXPECT_EQ(errc_of<MemberReply>([&](auto done) { engine_->find(code(), member(1), std::move(done)); }),
              Errc::kCorrupt)
        << value;
    EXPECT_EQ(errc_of<GatePage>([&](auto done) { engine_->scan(code(), "", 10, std::move(done)); }), Errc::kCorrupt)
        << value;
    const auto both = gate_.issue(asks(1, 2));
    EXPECT_EQ(both.decisions.at(0).outcome, Outcome::kFenced) << value;
    EXPECT_NE(both.decisions.at(1).outcome, Outcome::kFenced) << "another member is not to suffer from " << value;
  }
}

TEST_F(RedisGateKeys, A_field_of_the_coupon_that_is_no_number_is_corrupt_and_a_fence_puts_zero_in_its_place) {
  for (const auto* field : {"epoch", "opens", "ends", "quota", "version", "seq"}) {
    for (const auto* value : {"", "x", "-1", "inf", "nan", "0x10", "1e3", "99999999999999999999"}) {
      meddle({"FLUSHALL"});
      gate_.seed(values(10), kEpoch);
      meddle({"HSET", key("m"), field, value});
      EXPECT_EQ(errc_of<GateStatus>([&](auto done) { engine_->status(code(), std::move(done)); }), Errc::kCorrupt)
          << field << " " << value;
      EXPECT_FALSE(gate_.fence(kEpoch + 1).server.empty());
      EXPECT_FALSE(gate_.status().serving);
    }
  }
}

TEST_F(RedisGateKeys, A_rebuild_drops_what_is_no_grant_and_keeps_what_is) {
  gate_.seed(values(10), kEpoch);
  gate_.issue(asks(1, 3));
  meddle({"HSET", key("g"), "no member", "x", "ghost", "", member(2).text(), "x"});
  const auto token = gate_.fence(kEpoch + 1);
  const auto settled = gate_.settle(token, 10);
  EXPECT_TRUE(settled.mine);
  EXPECT_EQ(settled.held, 2);
  EXPECT_EQ(settled.seq, 3);
  EXPECT_FALSE(gate_.status().serving);
}

class RedisGateLoad : public RedisGateTest {};

TEST_F(RedisGateLoad, A_call_takes_as_many_as_the_port_allows_and_not_one_more) {
  constexpr int kMost = static_cast<int>(kGateBatchMax);
  gate_.seed(values(kMost - 1), kEpoch);
  const auto reply = gate_.issue(asks(1, kMost));
  ASSERT_EQ(reply.decisions.size(), kGateBatchMax);
  for (int i = 0; i < kMost - 1; ++i) {
    ASSERT_EQ(reply.decisions[static_cast<std::size_t>(i)].outcome, Outcome::kGranted);
    ASSERT_EQ(reply.decisions[static_cast<std::size_t>(i)].held->grant.rank, i + 1);
  }
  EXPECT_EQ(reply.decisions.back().outcome, Outcome::kSoldOut);
  EXPECT_EQ(gate_.status().pending, kMost - 1);
  std::vector<GrantRef> refs;
  for (int i = 1; i <= kMost; ++i) refs.push_back(ref(i));
  const auto confirmed = gate_.confirm(kEpoch, refs);
  EXPECT_EQ(std::ranges::count(confirmed, true), kMost - 1);
  EXPECT_FALSE(confirmed.back());
  EXPECT_EQ(gate_.status().pending, 0);
  EXPECT_EQ(errc_of<IssueReply>([&](auto done) { engine_->issue(code(), asks(1, kMost + 1), std::move(done)); }),
            Errc::kInvalid);
}

TEST_F(RedisGateLoad, A_merge_takes_as_many_of_both_kinds) {
  constexpr int kMost = static_cast<int>(kGateBatchMax);
  const auto token = gate_.fence(kEpoch);
  std::vector<Grant> held;
  std::vector<GrantRef> revoked;
  for (int i = 1; i <= kMost; ++i) held.push_back(grant(i));
  for (int i = 1; i <= kMost; i += 2) revoked.push_back(ref(i));
  ASSERT_TRUE(gate_.merge(token, held, {}));
  EXPECT_EQ(gate_.status().held, kMost);
  ASSERT_TRUE(gate_.merge(token, {}, revoked));
  EXPECT_EQ(gate_.status().held, kMost / 2);
  EXPECT_EQ(meddle({"ZCARD", key("b")}), std::to_string(kMost / 2));
}

TEST_F(RedisGateLoad, A_relay_that_asks_for_too_much_gets_what_one_call_can_have) {
  constexpr int kGrants = 5'000;
  gate_.seed(values(kGrants), kEpoch);
  issue_all(kGrants);
  for (int i = 1; i <= kGrants; ++i) ASSERT_TRUE(i > 10 || gate_.rearm(ref(i)));
  meddle({"ZADD", key("p"), "0", "nobody"});
  EXPECT_EQ(gate_.claim(1'000'000, 60'000).due.size(), 10U);
  EXPECT_EQ(meddle({"ZSCORE", key("p"), "nobody"}), "0") << "a stray is dropped: nothing but an empty reply";
  EXPECT_EQ(gate_.claim(1'000'000, 60'000).due.size(), 0U);
  const auto token = gate_.fence(kEpoch + 1);
  ASSERT_EQ(gate_.settle(token, kGrants).pending, kGrants);
  ASSERT_TRUE(gate_.open(token, values(kGrants), kGrants));
  EXPECT_EQ(gate_.claim(1'000'000, 60'000).due.size(), kGateBatchMax);
  EXPECT_EQ(gate_.claim(1'000'000, 60'000).due.size(), kGrants - kGateBatchMax);
}

TEST_F(RedisGateLoad, Without_memory_nothing_is_issued_and_what_is_under_way_goes_on) {
  gate_.seed(values(10), kEpoch);
  gate_.issue(asks(1, 3));
  ASSERT_TRUE(gate_.rearm(ref(3)));
  meddle({"CONFIG", "SET", "maxmemory", "1"});
  const auto refused = base::wait<IssueReply>([&](auto done) { engine_->issue(code(), asks(4, 5), std::move(done)); });
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().retryable);
  EXPECT_THAT(refused.error().message, HasSubstr("maxmemory"));
  EXPECT_EQ(gate_.claim(10, 60'000).due.size(), 1U) << "the relay";
  EXPECT_EQ(gate_.confirm(kEpoch, {ref(1), ref(3)}), (std::vector{true, true}));
  EXPECT_TRUE(gate_.revoke(ref(2)));
  EXPECT_TRUE(gate_.reduce(values(2, 2)).applied) << "an operator can stop it";
  EXPECT_EQ(gate_.status().held, 2);
  meddle({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(gate_.issue_one({member(4), id(4), 0}).outcome, Outcome::kSoldOut);
}

class RedisGateIdentity : public RedisGateTest {
 protected:
  void SetUp() override {
    gate_.seed(values(10), kEpoch);
    gate_.issue(asks(1, 2));
    ASSERT_EQ(gate_.confirm(kEpoch, {ref(1)}), std::vector{true});
  }
  void expect_fenced() {
    EXPECT_EQ(gate_.issue_one({member(3), id(3), 0}).outcome, Outcome::kFenced);
    EXPECT_EQ(gate_.issue_one({member(1), id(1), 0}).outcome, Outcome::kFenced) << "also for who has a grant";
    EXPECT_EQ(gate_.confirm(kEpoch, {ref(2)}), std::vector{false});
    EXPECT_FALSE(gate_.claim(10, 1).serving);
    EXPECT_FALSE(gate_.revoke(ref(1)));
    EXPECT_FALSE(gate_.rearm(ref(1)));
    EXPECT_FALSE(gate_.adopt(grant(9)));
    EXPECT_FALSE(gate_.change(values(99, 99)).serving);
    const auto status = gate_.status();
    EXPECT_TRUE(status.known);
    EXPECT_FALSE(status.serving);
    EXPECT_EQ(status.held, 2);
    EXPECT_EQ(status.pending, 1);
    EXPECT_EQ(status.quota, 10);
  }
};

TEST_F(RedisGateIdentity, Another_replication_id_fences) {
  meddle({"DEBUG", "CHANGE-REPL-ID"});
  expect_fenced();
}

TEST_F(RedisGateIdentity, A_restart_from_the_append_only_file_fences) {
  server_.restart();
  meddle({"PING"});
  ASSERT_TRUE(eventually(
      [&] { return base::wait<GateStatus>([&](auto d) { engine_->status(code(), std::move(d)); }).has_value(); }));
  expect_fenced();
}

TEST_F(RedisGateIdentity, A_reload_of_its_own_data_does_not_fence) {
  meddle({"DEBUG", "LOADAOF"});
  EXPECT_EQ(gate_.issue_one({member(3), id(3), 0}).outcome, Outcome::kGranted);
}

TEST_F(RedisGateIdentity, After_a_flush_the_coupon_is_unknown_until_it_is_rebuilt) {
  meddle({"FLUSHALL"});
  EXPECT_EQ(gate_.issue_one({member(3), id(3), 0}).outcome, Outcome::kUnknownCoupon);
  EXPECT_EQ(gate_.confirm(kEpoch, {ref(2)}), std::vector{false});
  EXPECT_FALSE(gate_.status().known);
  EXPECT_FALSE(gate_.adopt(grant(1)));
  EXPECT_FALSE(gate_.claim(10, 1).serving);
  EXPECT_EQ(meddle({"DBSIZE"}), "0") << "nothing is made of what was lost";
  const auto token = gate_.fence(kEpoch + 1);
  ASSERT_TRUE(gate_.merge(token, {grant(1)}, {}));
  ASSERT_TRUE(gate_.settle(token, 1).mine);
  ASSERT_TRUE(gate_.open(token, values(1), 1));
  EXPECT_EQ(gate_.issue_one({member(3), id(3), 0}).outcome, Outcome::kSoldOut);
  EXPECT_EQ(gate_.confirm(kEpoch, {ref(1)}), std::vector{false}) << "of the former epoch";
}

// Keeps what is posted until somebody runs it.
class Later final : public base::Executor {
 public:
  void post(base::Task task) override {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  bool run_one() {
    base::Task task;
    {
      const std::scoped_lock lock(mutex_);
      if (tasks_.empty()) return false;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
    return true;
  }

 private:
  std::mutex mutex_;
  std::deque<base::Task> tasks_;
};

TEST_F(RedisGateIdentity, A_settlement_whose_gate_ends_between_two_steps_ends_with_it) {
  Later later;
  for (int steps = 0; steps < 3; ++steps) {
    auto ending = gate_at(server_, later);
    const auto token = gate_.fence(kEpoch + 1);
    std::optional<base::Result<SettleReply>> outcome;
    ending->settle(code(), token, 10, [&](base::Result<SettleReply> reply) { outcome = std::move(reply); });
    for (int i = 0; i < steps; ++i) ASSERT_TRUE(eventually([&] { return later.run_one(); }));
    ASSERT_FALSE(outcome);
    ending.reset();
    while (later.run_one()) continue;
    ASSERT_TRUE(outcome);
    EXPECT_FALSE(*outcome);
  }
}

}  // namespace
}  // namespace coupon::test
