// Coupons in the ledger: create, read, change, epochs.

#include <algorithm>
#include <thread>

#include "integration/ledger_fixture.hpp"

namespace coupon::test {
namespace {

class LedgerCouponsContract : public LedgerTest {
 protected:
  [[nodiscard]] static CouponChange quota(std::int64_t to) {
    CouponChange change;
    change.quota = to;
    change.actor = "tester";
    return change;
  }
  [[nodiscard]] static CouponChange state(CouponState to) {
    CouponChange change;
    change.state = to;
    return change;
  }
};

TEST_P(LedgerCouponsContract, A_coupon_reads_back_as_it_was_created) {
  auto made = coupon("FLASH", 7);
  made.title = "caf\xc3\xa9 '; --";
  made.state = CouponState::kPaused;
  ASSERT_TRUE(ledger_->create(made));
  const auto read = ledger_->coupon(code_).value();
  EXPECT_EQ(read.code, made.code);
  EXPECT_EQ(read.title, made.title);
  EXPECT_EQ(read.quota, 7);
  EXPECT_EQ(read.state, CouponState::kPaused);
  EXPECT_EQ(read.window, made.window);
  EXPECT_EQ(read.version, 1U);
  EXPECT_EQ(read.epoch, 0U);
  EXPECT_EQ(read.created_ms, 42);
}

TEST_P(LedgerCouponsContract, A_code_exists_once_and_case_counts) {
  ASSERT_TRUE(ledger_->create(coupon("FLASH")));
  EXPECT_EQ(code_of(ledger_->create(coupon("FLASH", 5))), base::Errc::kConflict);
  EXPECT_EQ(ledger_->coupon(code_)->quota, 100);
  EXPECT_TRUE(ledger_->create(coupon("flash")));
}

TEST_P(LedgerCouponsContract, An_invalid_coupon_is_not_created) {
  EXPECT_EQ(code_of(ledger_->create(coupon("FLASH", 0))), base::Errc::kInvalid);
  EXPECT_EQ(code_of(ledger_->coupon(code_)), base::Errc::kNotFound);
}

TEST_P(LedgerCouponsContract, A_deleted_coupon_is_hidden_and_its_code_is_never_used_again) {
  ASSERT_TRUE(ledger_->create(coupon("FLASH")));
  ASSERT_TRUE(ledger_->change(code_, 1, std::nullopt, state(CouponState::kDeleted)));
  EXPECT_EQ(code_of(ledger_->coupon(code_)), base::Errc::kNotFound);
  EXPECT_EQ(ledger_->coupon(code_, true)->state, CouponState::kDeleted);
  EXPECT_TRUE(ledger_->coupons("", 10)->empty());
  EXPECT_EQ(code_of(ledger_->create(coupon("FLASH"))), base::Errc::kConflict);
}

TEST_P(LedgerCouponsContract, Coupons_come_in_pages_by_code_byte_for_byte) {
  for (const char* name : {"b", "A", "a", "C-1", "B", "_x"}) ASSERT_TRUE(ledger_->create(coupon(name)));
  std::vector<std::string> found;
  std::string after;
  for (;;) {
    const auto page = ledger_->coupons(after, 2).value();
    if (page.empty()) break;
    ASSERT_LE(page.size(), 2U);
    for (const auto& one : page) found.push_back(one.code.text());
    after = found.back();
  }
  EXPECT_EQ(found, (std::vector<std::string>{"A", "B", "C-1", "_x", "a", "b"}));
}

TEST_P(LedgerCouponsContract, A_change_compares_the_version_and_counts_it_up) {
  ASSERT_TRUE(ledger_->create(coupon("FLASH")));
  const auto changed = ledger_->change(code_, 1, std::nullopt, quota(150)).value();
  EXPECT_EQ(changed.quota, 150);
  EXPECT_EQ(changed.version, 2U);
  EXPECT_EQ(changed.state, CouponState::kOpen) << "what is empty stays";
  EXPECT_EQ(code_of(ledger_->change(code_, 1, std::nullopt, quota(200))), base::Errc::kConflict);
  EXPECT_EQ(ledger_->coupon(code_)->quota, 150);
  EXPECT_EQ(code_of(ledger_->change(code("NONE"), 1, std::nullopt, quota(1))), base::Errc::kNotFound);
}

TEST_P(LedgerCouponsContract, A_change_compares_the_epoch_when_it_is_given) {
  create();
  EXPECT_EQ(code_of(ledger_->change(code_, 1, 0U, quota(50))), base::Errc::kConflict);
  EXPECT_EQ(code_of(ledger_->change(code_, 1, 2U, quota(50))), base::Errc::kConflict);
  EXPECT_EQ(ledger_->change(code_, 1, 1U, quota(50))->quota, 50);
}

TEST_P(LedgerCouponsContract, State_and_window_change_together_and_read_back) {
  ASSERT_TRUE(ledger_->create(coupon("FLASH")));
  auto change = state(CouponState::kPaused);
  change.window = Window{5, 0};
  ASSERT_TRUE(ledger_->change(code_, 1, std::nullopt, change));
  const auto read = ledger_->coupon(code_).value();
  EXPECT_EQ(read.state, CouponState::kPaused);
  EXPECT_EQ(read.window, (Window{5, 0}));
  EXPECT_EQ(read.version, 2U);
}

TEST_P(LedgerCouponsContract, A_change_to_what_is_invalid_is_refused) {
  ASSERT_TRUE(ledger_->create(coupon("FLASH")));
  EXPECT_EQ(code_of(ledger_->change(code_, 1, std::nullopt, quota(0))), base::Errc::kInvalid);
  CouponChange change;
  change.window = Window{10, 10};
  EXPECT_EQ(code_of(ledger_->change(code_, 1, std::nullopt, change)), base::Errc::kInvalid);
  EXPECT_EQ(ledger_->coupon(code_)->version, 1U);
}

TEST_P(LedgerCouponsContract, An_epoch_goes_up_by_compare_and_set) {
  ASSERT_TRUE(ledger_->create(coupon("FLASH")));
  EXPECT_TRUE(ledger_->bump_epoch(code_, 0));
  EXPECT_EQ(ledger_->coupon(code_)->epoch, 1U);
  EXPECT_EQ(code_of(ledger_->bump_epoch(code_, 0)), base::Errc::kConflict);
  EXPECT_EQ(code_of(ledger_->bump_epoch(code_, 2)), base::Errc::kConflict);
  EXPECT_TRUE(ledger_->bump_epoch(code_, 1));
  EXPECT_EQ(ledger_->coupon(code_)->version, 1U) << "an epoch is not a change of values";
}

TEST_P(LedgerCouponsContract, Of_bumps_that_race_one_wins) {
  ASSERT_TRUE(ledger_->create(coupon("FLASH")));
  std::vector<std::uint8_t> won(4, 0);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : won) {
      threads.emplace_back([&] { mine = engines_->ledger()->bump_epoch(code_, 0) ? 1 : 0; });
    }
  }
  EXPECT_EQ(std::count(won.begin(), won.end(), 1), 1);
  EXPECT_EQ(ledger_->coupon(code_)->epoch, 1U);
}

TEST_P(LedgerCouponsContract, Of_changes_that_race_on_one_version_one_wins) {
  ASSERT_TRUE(ledger_->create(coupon("FLASH")));
  std::vector<std::uint8_t> won(4, 0);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < won.size(); ++t) {
      threads.emplace_back([&, t] {
        const auto to = quota(200 + static_cast<std::int64_t>(t));
        won[t] = engines_->ledger()->change(code_, 1, std::nullopt, to) ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(std::count(won.begin(), won.end(), 1), 1);
  EXPECT_EQ(ledger_->coupon(code_)->version, 2U);
}

TEST_P(LedgerCouponsContract, Ping_succeeds_and_changes_nothing) {
  create();
  EXPECT_TRUE(ledger_->ping());
  EXPECT_EQ(ledger_->coupon(code_)->version, 1U);
}

COUPON_CONTRACT(LedgerCouponsContract);

}  // namespace
}  // namespace coupon::test
