#include <algorithm>
#include <optional>
#include <utility>

#include "service/rebuild.hpp"
#include "service/reconcile.hpp"

namespace coupon::service {

using base::Result;

namespace {

// True: it was mended. False: the difference is gone.
Result<bool> release(Backend& backend, const CouponCode& code, const MemberId& member, const std::string& id) {
  const auto grant = GrantId::parse(id);
  if (!grant) return std::unexpected(grant.error());
  // model: Release
  return backend.gate.revoke(code, {member, *grant});
}

// model: ReadRow, Rearm
Result<bool> rearm(Backend& backend, const CouponCode& code, const MemberId& member, const std::string& id) {
  const auto grant = GrantId::parse(id);
  if (!grant) return std::unexpected(grant.error());
  // It may have got its row since the plan was made.
  const auto row = backend.ledger.row(*grant);
  if (!row) return std::unexpected(row.error());
  if (*row) return false;
  return backend.gate.rearm(code, {member, *grant});
}

// What the ledger has, as a row or as an open dead letter, becomes the gate's, unless it was revoked since.
// model: ReadRow, Adopt
Result<bool> adopt(Backend& backend, const CouponCode& code, const Finding& finding) {
  if (!finding.grant) return false;
  const auto row = backend.ledger.row(finding.grant->id);
  if (!row) return std::unexpected(row.error());
  if (*row && (*row)->state == RowState::kRevoked) return false;
  return backend.gate.adopt(code, *finding.grant);
}

// model: ReadRow, Release, Adopt
Result<bool> replace(Backend& backend, const CouponCode& code, const MemberId& member, const Finding& finding) {
  // Only if the ledger still has a grant that wins.
  const auto row = backend.ledger.find(code, member);
  if (!row) return std::unexpected(row.error());
  if (!*row || (*row)->grant.id.text() == finding.gate) return false;
  const auto released = release(backend, code, member, finding.gate);
  if (!released) return released;
  return backend.gate.adopt(code, (*row)->grant);
}

Result<bool> push_values(Backend& backend, const CouponCode& code) {
  const auto coupon = backend.ledger.coupon(code);
  if (!coupon) return std::unexpected(coupon.error());
  const auto reply = backend.gate.change(code, {coupon->version, coupon->quota, coupon->state, coupon->window});
  if (!reply) return std::unexpected(reply.error());
  if (reply->applied || !reply->serving) return reply->applied;
  // The gate is ahead: a restriction whose author died before the ledger. Another version puts the ledger in front.
  const auto status = backend.gate.status(code);
  if (!status) return std::unexpected(status.error());
  auto now = *coupon;
  while (now.version <= status->version) {
    auto next = backend.ledger.change(code, now.version, now.epoch, {});
    if (!next) return std::unexpected(next.error());
    now = std::move(*next);
  }
  const auto again = backend.gate.change(code, {now.version, now.quota, now.state, now.window});
  if (!again) return std::unexpected(again.error());
  return again->applied;
}

Result<bool> mend(Backend& backend, const CouponCode& code, const Finding& finding) {
  if (finding.difference == Difference::kValues) return push_values(backend, code);
  if (finding.difference == Difference::kNotServing) {
    const auto report = rebuild(backend, code);
    if (!report) return std::unexpected(report.error());
    return true;
  }
  const auto member = MemberId::parse(finding.member);
  if (!member) return std::unexpected(member.error());
  switch (finding.difference) {
    case Difference::kLostRecord: return rearm(backend, code, *member, finding.gate);
    case Difference::kMissingInGate: return adopt(backend, code, finding);
    case Difference::kRevokedHeld:
    case Difference::kOtherMember: return release(backend, code, *member, finding.gate);
    case Difference::kOtherGrant: return replace(backend, code, *member, finding);
    case Difference::kOtherRank:
    case Difference::kValues:
    case Difference::kNotServing: break;
  }
  return false;
}

}  // namespace

Result<ReconcileResult> apply_reconcile(Backend& backend, const ReconcileReport& plan) {
  ReconcileResult result;
  for (const auto& finding : plan.findings) {
    const auto mended = mend(backend, plan.coupon.code, finding);
    if (!mended) return std::unexpected(mended.error());
    ++(*mended ? result.mended : result.passed);
  }
  return result;
}

}  // namespace coupon::service
