#pragma once
// The ledger over the embedded store.

#include <string>

#include "base/clock.hpp"
#include "coupon/ledger.hpp"
#include "net/sql/group_commit.hpp"

namespace coupon::ledger {

class SqliteLedger final : public Ledger {
 public:
  SqliteLedger(net::sql::GroupCommit& store, const base::Clock& clock);

  [[nodiscard]] base::Result<> create(const Coupon& coupon) override;
  [[nodiscard]] base::Result<Coupon> coupon(const CouponCode& code, bool with_deleted) override;
  [[nodiscard]] base::Result<std::vector<Coupon>> coupons(std::string_view after, std::size_t limit) override;
  [[nodiscard]] base::Result<Coupon> change(const CouponCode& code, std::uint64_t version,
                                            std::optional<std::uint32_t> epoch, const CouponChange& change) override;
  [[nodiscard]] base::Result<> bump_epoch(const CouponCode& code, std::uint32_t from) override;
  [[nodiscard]] base::Result<std::vector<PersistOutcome>> persist(const std::vector<PersistItem>& items,
                                                                  const std::vector<DeadLetter>& dead) override;
  [[nodiscard]] base::Result<std::optional<LedgerRow>> row(const GrantId& id) override;
  [[nodiscard]] base::Result<std::optional<LedgerRow>> find(const CouponCode& code, const MemberId& member) override;
  [[nodiscard]] base::Result<std::vector<LedgerRow>> rows(const CouponCode& code, std::int64_t after_rank,
                                                          const GrantId& after_id, std::size_t limit) override;
  [[nodiscard]] base::Result<Counts> counts(const CouponCode& code) override;
  [[nodiscard]] base::Result<LedgerSnapshot> snapshot(const CouponCode& code) override;
  [[nodiscard]] base::Result<bool> revoke(const CouponCode& code, const GrantRef& ref,
                                          std::string_view reason) override;
  [[nodiscard]] base::Result<std::vector<DeadLetter>> dead_letters(const DeadLetterFilter& filter,
                                                                   std::int64_t after_id, std::size_t limit) override;
  [[nodiscard]] base::Result<DeadLetter> dead_letter(std::int64_t id) override;
  [[nodiscard]] base::Result<RetryPass> retry_letters(std::size_t limit, const RetryPolicy& policy,
                                                      std::int64_t now_ms) override;
  [[nodiscard]] base::Result<RedriveReport> redrive(std::int64_t id) override;
  [[nodiscard]] base::Result<DiscardReport> discard(std::int64_t id, std::string_view reason) override;
  [[nodiscard]] base::Result<std::int64_t> unattributed() override;
  [[nodiscard]] base::Result<> wipe(const CouponCode& code) override;
  [[nodiscard]] base::Result<> ping() override;

 private:
  /// Runs `body(database) -> Result<T>` as one work of the store and blocks for its result.
  template <class T, class Body>
  base::Result<T> run(net::sql::GroupCommit::Kind kind, Body body) {
    base::Result<T> value = base::fail(base::Errc::kInternal, "the work did not run");
    const auto outcome = store_.run(kind, [&value, &body](net::sql::Database& database) -> base::Result<> {
      value = body(database);
      if (!value) return std::unexpected(value.error());
      return {};
    });
    if (!outcome) return std::unexpected(outcome.error());
    return value;
  }

  net::sql::GroupCommit& store_;
  const base::Clock& clock_;
};

}  // namespace coupon::ledger
