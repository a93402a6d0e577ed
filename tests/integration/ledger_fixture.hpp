#pragma once
// What the ledger's contract suites share: one coupon of epoch 1, and records of grants.

#include <utility>
#include <vector>

#include "integration/engines.hpp"

namespace coupon::test {

class LedgerTest : public ContractTest {
 protected:
  [[nodiscard]] static Coupon coupon(std::string_view name, std::int64_t quota = 100) {
    return {code(name), "Flash sale", quota, CouponState::kOpen, {1'000, 2'000}, 1, 0, 42};
  }
  /// Makes the coupon and bumps it to epoch 1.
  void create(std::string_view name = "FLASH") {
    ASSERT_TRUE(ledger_->create(coupon(name)));
    ASSERT_TRUE(ledger_->bump_epoch(code(name), 0));
  }
  /// The record of a grant; `offset` is where the journal had it.
  [[nodiscard]] static PersistItem item(int number, std::uint32_t grant, std::uint32_t epoch = 1,
                                        std::string_view name = "FLASH", std::int64_t offset = 0) {
    const GrantEvent event{code(name),     member(number), id(grant), static_cast<std::int64_t>(grant),
                           1'000 + number, epoch};
    const auto record = encode(event);
    return {event, {0, offset == 0 ? grant : offset, 77, record.key, record.value, record.headers}};
  }
  [[nodiscard]] static DeadLetter unreadable(std::int64_t offset) {
    DeadLetter letter;
    letter.record = {0, offset, 77, "m1", "not json", {{"h", "v"}}};
    letter.error_class = "unreadable";
    letter.error = "not a JSON object";
    return letter;
  }
  [[nodiscard]] std::vector<PersistOutcome> persist(const std::vector<PersistItem>& items,
                                                    const std::vector<DeadLetter>& dead = {}) {
    return ledger_->persist(items, dead).value();
  }
  [[nodiscard]] RowState state_of(std::uint32_t grant) { return ledger_->row(id(grant)).value().value().state; }
  [[nodiscard]] std::vector<DeadLetter> letters(std::optional<DeadLetterState> state = std::nullopt) {
    DeadLetterFilter filter;
    filter.state = state;
    return ledger_->dead_letters(filter, 0, 100).value();
  }
  [[nodiscard]] static GrantRef ref(int number, std::uint32_t grant) { return {member(number), id(grant)}; }

  CouponCode code_ = code("FLASH");
  std::unique_ptr<Ledger> ledger_ = engines_->ledger();
};

template <class T>
base::Errc code_of(const base::Result<T>& result) {
  EXPECT_FALSE(result);
  return result ? base::Errc::kInternal : result.error().code;
}

}  // namespace coupon::test
