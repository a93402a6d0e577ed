#include "service/change.hpp"

#include <fmt/format.h>
#include <functional>
#include <optional>
#include <utility>

#include "base/backoff.hpp"
#include "service/rebuild.hpp"

namespace coupon::service {

using base::Errc;
using base::fail;
using base::Result;

namespace {

constexpr int kAttemptsMax = 12;
constexpr std::int64_t kBackoffMs = 10;
constexpr std::int64_t kBackoffMaxMs = 500;

using Compute = std::function<Result<CouponChange>(const Coupon&)>;
// The coupon as the ledger has it after the change; nothing when something moved meanwhile: start again.
using Attempt = Result<std::optional<Coupon>>;

GateChange values_of(const Coupon& coupon) { return {coupon.version, coupon.quota, coupon.state, coupon.window}; }

Coupon changed(Coupon coupon, const CouponChange& change) {
  coupon.quota = change.quota.value_or(coupon.quota);
  coupon.state = change.state.value_or(coupon.state);
  coupon.version += 1;
  return coupon;
}

bool restricts(const Coupon& before, const Coupon& after) {
  return after.quota < before.quota || (after.state != before.state && after.state != CouponState::kOpen);
}

// Compare and set; losing it is no failure.
Attempt change_ledger(Backend& backend, const Coupon& before, std::optional<std::uint32_t> epoch,
                      const CouponChange& change) {
  // model: RecordQuota
  auto after = backend.ledger.change(before.code, before.version, epoch, change);
  if (after) return std::move(*after);
  if (after.error().code == Errc::kConflict) return std::nullopt;
  return std::unexpected(after.error());
}

// What is in force in the gate afterwards, and under which epoch; nothing when it has to start again.
Result<std::optional<ChangeReply>> restrict_gate(Backend& backend, const Coupon& before, const Coupon& after) {
  const auto status = backend.gate.status(before.code);
  if (!status) return std::unexpected(status.error());
  if (status->building) return std::nullopt;
  if (!status->serving) {
    // Grants that only the lost gate or the journal know of would end up beyond a lower quota.
    if (after.quota < before.quota && before.epoch != 0) {
      return fail(Errc::kFenced,
                  fmt::format("the gate of {} is not serving: seed it before a reduction", before.code.text()));
    }
    return ChangeReply{false, true, before.epoch, after.quota, 0};
  }
  if (status->version > before.version) {
    // A restriction reached the gate and its author died before the ledger: use up its version, then go on.
    const auto touched = change_ledger(backend, before, std::nullopt, {});
    if (!touched) return std::unexpected(touched.error());
    return std::nullopt;
  }
  // model: Reduce
  const auto reply = after.quota < before.quota ? backend.gate.reduce(before.code, values_of(after))
                                                : backend.gate.change(before.code, values_of(after));
  if (!reply) return std::unexpected(reply.error());
  if (!reply->serving || !reply->applied) return std::nullopt;
  return *reply;
}

Attempt tighten(Backend& backend, const Coupon& before, CouponChange change) {
  const auto in_force = restrict_gate(backend, before, changed(before, change));
  if (!in_force) return std::unexpected(in_force.error());
  if (!*in_force) return std::nullopt;
  if (change.quota) change.quota = (*in_force)->quota;
  // Under the same epoch only: a gate rebuilt meanwhile has granted by the old quota again.
  return change_ledger(backend, before, (*in_force)->epoch, change);
}

Attempt attempt(Backend& backend, const CouponCode& code, const Compute& compute) {
  auto before = backend.ledger.coupon(code);
  if (!before) return std::unexpected(before.error());
  auto change = compute(*before);
  if (!change) return std::unexpected(change.error());
  const auto after = changed(*before, *change);
  if (after.quota == before->quota && after.state == before->state) return std::move(*before);
  if (restricts(*before, after)) return tighten(backend, *before, std::move(*change));
  return change_ledger(backend, *before, std::nullopt, *change);
}

// Brings the gate to what the ledger says. A gate in rebuild may have read the ledger before the change: it is asked
// again until it serves, or until nobody rebuilds it (then the next rebuild reads the change).
Result<std::optional<ChangeReport>> push(Backend& backend, const Coupon& coupon) {
  // model: PushQuota
  const auto reply = backend.gate.change(coupon.code, values_of(coupon));
  if (!reply) return std::unexpected(reply.error());
  if (reply->serving) return ChangeReport{coupon, true, reply->held};
  const auto status = backend.gate.status(coupon.code);
  if (!status) return std::unexpected(status.error());
  if (status->building || status->serving) return std::nullopt;
  return ChangeReport{coupon, false, 0};
}

// Repeats `step` until it gives something, waiting in between.
template <class T, class Step>
Result<T> until_done(const CouponCode& code, Step step) {
  base::Backoff backoff(kBackoffMs, kBackoffMaxMs);
  for (int count = 1;; ++count) {
    Result<std::optional<T>> done = step();
    if (!done) return std::unexpected(std::move(done.error()));
    if (*done) return std::move(**done);
    if (count == kAttemptsMax) {
      return base::fail_retryable(Errc::kBusy,
                                  fmt::format("coupon {} is being rebuilt or changed: try again", code.text()));
    }
    pause_ms(backoff.next_ms());
  }
}

// Two stages, so that a difference that is in the ledger is not added again while the gate is still to follow.
Result<ChangeReport> change_coupon(Backend& backend, const CouponCode& code, const Compute& compute) {
  const auto coupon = until_done<Coupon>(code, [&] { return attempt(backend, code, compute); });
  if (!coupon) return std::unexpected(coupon.error());
  return until_done<ChangeReport>(code, [&] { return push(backend, *coupon); });
}

}  // namespace

Result<ChangeReport> set_quota(Backend& backend, const CouponCode& code, QuotaTarget target, const std::string& actor) {
  return change_coupon(backend, code, [&](const Coupon& now) -> Result<CouponChange> {
    const auto quota = target.relative ? now.quota + target.value : target.value;
    if (quota < 1 || quota > kQuotaMax) {
      return fail(Errc::kInvalid, fmt::format("quantity must be between 1 and {}", kQuotaMax));
    }
    CouponChange change;
    change.quota = quota;
    change.actor = actor;
    return change;
  });
}

Result<ChangeReport> set_state(Backend& backend, const CouponCode& code, CouponState state, const std::string& actor) {
  return change_coupon(backend, code, [&](const Coupon& now) -> Result<CouponChange> {
    if (now.state == CouponState::kClosed && state != CouponState::kClosed) {
      return fail(Errc::kConflict, fmt::format("coupon {} is closed for good", code.text()));
    }
    CouponChange change;
    change.state = state;
    change.actor = actor;
    return change;
  });
}

}  // namespace coupon::service
