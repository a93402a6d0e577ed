// Who looks after the gates: what is rebuilt without anybody's asking, and when somebody else's rebuild is left alone.

#include "service/keeper.hpp"

#include <gtest/gtest.h>

#include "integration/service/shop.hpp"
#include "support/embedded_store.hpp"

namespace coupon::test {

class KeeperOf : public testing::TestWithParam<EngineChoice> {
 protected:
  static constexpr std::int64_t kPatienceMs = 5'000;

  void dead_letter_of_nobody() {
    DeadLetter letter;
    letter.record = {9, 1, 1, "key", "garbage", {}};
    letter.error_class = "unreadable";
    letter.error = "test";
    must(shop.engines().ledger().persist({}, {letter}));
  }
  std::int64_t rebuilt() { return must(keeper.rebuild_fenced()); }
  void pass(std::int64_t ms) { clock.move(ms); }

  ServiceShop shop{GetParam()};
  ManualClock clock;
  service::Backend backend{shop.backend().gate, shop.backend().reader, shop.backend().ledger, clock,
                           shop.backend().drain};
  service::Keeper keeper{backend, {.patience_ms = kPatienceMs}, shop.metrics()};
};

TEST_P(KeeperOf, A_gate_that_serves_is_left_alone) {
  shop.seeded("A", 3);
  shop.create("NEVERSEEDED", 3);
  EXPECT_EQ(rebuilt(), 0);
}

TEST_P(KeeperOf, A_rebuild_that_was_left_in_the_middle_is_taken_over_when_patience_ends) {
  const auto code = shop.seeded("A", 3);
  must(backend.gate.fence(code, 2));
  EXPECT_EQ(rebuilt(), 0);
  pass(kPatienceMs - 1);
  EXPECT_EQ(rebuilt(), 0);
  EXPECT_FALSE(shop.status(code).serving);
  pass(1);
  EXPECT_EQ(rebuilt(), 1);
  EXPECT_TRUE(shop.status(code).serving);
}

TEST_P(KeeperOf, A_rebuild_that_gets_on_is_left_alone_however_long_it_takes) {
  const auto code = shop.seeded("A", 9);
  const auto token = must(backend.gate.fence(code, 2));
  base::UlidGenerator ids(clock);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(rebuilt(), 0);
    pass(kPatienceMs - 1);
    EXPECT_EQ(rebuilt(), 0);
    const Grant grant{ids.next(), must(MemberId::parse("m" + std::to_string(i))), i + 1, 0, 0};
    ASSERT_TRUE(must(backend.gate.merge(code, token, {grant}, {})));
  }
  EXPECT_EQ(rebuilt(), 0);
  must(backend.gate.fence(code, 2));  // and another one has a full time too
  EXPECT_EQ(rebuilt(), 0);
  pass(kPatienceMs);
  EXPECT_EQ(rebuilt(), 1);
}

// Several who are too impatient for a long rebuild would overtake one another for ever.
TEST_P(KeeperOf, Patience_doubles_each_time_that_a_takeover_did_not_help) {
  const auto code = shop.seeded("A", 3);
  must(backend.gate.fence(code, 2));
  dead_letter_of_nobody();  // so that a rebuild fails
  EXPECT_EQ(rebuilt(), 0);
  for (std::int64_t patience = kPatienceMs; patience < 10 * kPatienceMs; patience *= 2) {
    must(backend.gate.fence(code, 2));  // by another one, who gets a full time
    EXPECT_EQ(rebuilt(), 0);
    pass(patience - 1);
    EXPECT_EQ(rebuilt(), 0);
    pass(1);
    EXPECT_FALSE(keeper.rebuild_fenced());
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, KeeperOf, testing::ValuesIn(engine_choices()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace coupon::test
