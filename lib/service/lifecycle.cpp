#include "service/lifecycle.hpp"

#include <utility>

#include "service/change.hpp"

namespace coupon::service {

using base::Result;

namespace {

// Empties the gate under an epoch that no record of before can have.
Result<> forget_in_gate(Backend& backend, const CouponCode& code, std::uint32_t target_epoch) {
  const auto token = backend.gate.fence(code, target_epoch);
  if (!token) return std::unexpected(token.error());
  const auto mine = backend.gate.forget(code, *token);
  if (!mine) return std::unexpected(mine.error());
  if (*mine) return {};
  return base::fail_retryable(base::Errc::kConflict, "another rebuild of this coupon took over: try again");
}

}  // namespace

Result<> remove_coupon(Backend& backend, const CouponCode& code, const std::string& actor) {
  const auto closed = set_state(backend, code, CouponState::kClosed, actor);
  if (!closed) return std::unexpected(closed.error());
  COUPON_TRY(drain_all(backend));
  CouponChange hide;
  hide.state = CouponState::kDeleted;
  hide.actor = actor;
  const auto hidden = backend.ledger.change(code, closed->coupon.version, std::nullopt, hide);
  if (!hidden) return std::unexpected(hidden.error());
  return forget_in_gate(backend, code, hidden->epoch + 1);
}

Result<RebuildReport> init_stock(Backend& backend, const CouponCode& code, std::optional<std::int64_t> quantity,
                                 const std::string& actor) {
  const auto coupon = backend.ledger.coupon(code);
  if (!coupon) return std::unexpected(coupon.error());
  const auto status = backend.gate.status(code);
  if (!status) return std::unexpected(status.error());
  const bool reduces = quantity && *quantity < coupon->quota;
  // A reduction needs a gate that serves, a raise does not mind.
  std::optional<RebuildReport> report;
  if (!status->serving && reduces) {
    auto rebuilt = rebuild(backend, code);
    if (!rebuilt) return rebuilt;
    report = std::move(*rebuilt);
  }
  if (quantity) {
    const auto changed = set_quota(backend, code, {.value = *quantity}, actor);
    if (!changed) return std::unexpected(changed.error());
  }
  if (!status->serving && !report) return rebuild(backend, code);
  if (!report) report = RebuildReport{*coupon, 0, 0, 0, 0};
  const auto now = backend.ledger.coupon(code);
  if (!now) return std::unexpected(now.error());
  const auto held = backend.gate.status(code);
  if (!held) return std::unexpected(held.error());
  report->coupon = *now;
  report->held = held->held;
  report->pending = held->pending;
  return std::move(*report);
}

Result<RebuildReport> reset_coupon(Backend& backend, const CouponCode& code) {
  const auto coupon = backend.ledger.coupon(code);
  if (!coupon) return std::unexpected(coupon.error());
  const auto token = backend.gate.fence(code, coupon->epoch + 1);
  if (!token) return std::unexpected(token.error());
  COUPON_TRY(backend.ledger.bump_epoch(code, coupon->epoch));
  COUPON_TRY(backend.ledger.wipe(code));
  COUPON_TRY(forget_in_gate(backend, code, coupon->epoch + 1));
  return rebuild(backend, code);
}

}  // namespace coupon::service
