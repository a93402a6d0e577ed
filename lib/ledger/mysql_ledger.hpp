#pragma once
// The ledger over MySQL or MariaDB: ledger::migrate makes its tables.

#include <string>

#include "base/clock.hpp"
#include "coupon/ledger.hpp"
#include "net/sql/mysql.hpp"

namespace coupon::ledger {

/// Takes a connection of the pool for every call. Pool and clock must outlive it.
class MysqlLedger final : public Ledger {
 public:
  MysqlLedger(net::sql::MysqlPool& pool, const base::Clock& clock);

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
  net::sql::MysqlPool& pool_;
  const base::Clock& clock_;
};

}  // namespace coupon::ledger
