#include "service/reconcile.hpp"

#include <fmt/format.h>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace coupon::service {

using base::Errc;
using base::Result;

namespace {

constexpr std::size_t kPageMax = 1'000;

using Held = std::unordered_map<MemberId, HeldGrant>;
using Holders = std::unordered_map<MemberId, const Grant*>;

struct GateView {
  std::uint32_t epoch = 0;
  Held held;
};

std::unexpected<base::Error> at_other_epoch(const Coupon& coupon, std::uint32_t epoch) {
  return base::fail_retryable(Errc::kConflict,
                              fmt::format("the gate is at epoch {}, the ledger at {}: it was rebuilt meanwhile, run it "
                                          "again; if it stays so, couponctl gate rebuild {}",
                                          epoch, coupon.epoch, coupon.code.text()));
}

std::unexpected<base::Error> rebuilt() {
  return base::fail_retryable(Errc::kConflict, "the gate was rebuilt meanwhile: run it again");
}

Result<GateView> read_gate(Backend& backend, const CouponCode& code) {
  GateView view;
  std::string cursor;
  for (bool first = true; first || !cursor.empty(); first = false) {
    auto page = backend.gate.scan(code, cursor, kPageMax);
    if (!page) return std::unexpected(page.error());
    if (first) view.epoch = page->epoch;
    if (!page->serving || page->epoch != view.epoch) return rebuilt();
    for (auto& grant : page->grants) {
      auto member = grant.grant.member;
      view.held.insert_or_assign(std::move(member), std::move(grant));
    }
    cursor = std::move(page->next);
  }
  return view;
}

std::string describe(std::int64_t quota, CouponState state, const Window& window) {
  return fmt::format("quota {} {} {}..{}", quota, name_of(state), window.opens_ms, window.ends_ms);
}

void compare_values(const GateStatus& gate, const Coupon& coupon, ReconcileReport& report) {
  // A change in hand shows as a difference in version for a moment; only equal versions or a gate ahead can disagree
  // for good.
  const bool same = gate.quota == coupon.quota && gate.state == coupon.state && gate.window == coupon.window;
  if (same && gate.version <= coupon.version) return;
  report.findings.push_back({Difference::kValues,
                             {},
                             describe(gate.quota, gate.state, gate.window),
                             describe(coupon.quota, coupon.state, coupon.window)});
}

// What of the ledger the gate is compared with.
struct LedgerView {
  explicit LedgerView(const LedgerSnapshot& snapshot) {
    for (const auto& grant : snapshot.held) {
      live.emplace(grant.member, &grant);
      ids.insert(grant.id);
    }
    for (const auto& ref : snapshot.revoked) revoked.insert(ref.id);
  }
  Holders live;
  std::unordered_set<GrantId> ids;
  std::unordered_set<GrantId> revoked;
};

std::optional<Finding> compare_grant(const Grant& gate, bool pending, const LedgerView& ledger) {
  const auto& member = gate.member.text();
  const auto mine = ledger.live.find(gate.member);
  if (mine == ledger.live.end()) {
    if (ledger.revoked.contains(gate.id)) return Finding{Difference::kRevokedHeld, member, gate.id.text(), "REVOKED"};
    if (ledger.ids.contains(gate.id)) return Finding{Difference::kOtherMember, member, gate.id.text(), {}};
    if (!pending) return Finding{Difference::kLostRecord, member, gate.id.text(), {}};
    return std::nullopt;
  }
  const auto& row = *mine->second;
  if (row.id != gate.id) return Finding{Difference::kOtherGrant, member, gate.id.text(), row.id.text()};
  // A dead letter that cannot be read has no rank.
  if (row.rank == gate.rank || row.rank == 0) return std::nullopt;
  return Finding{Difference::kOtherRank, member, fmt::format("rank {}", gate.rank), fmt::format("rank {}", row.rank)};
}

// What the gate has, against the ledger as it was read after the gate and the journal.
void compare_gate(const GateView& gate, const LedgerSnapshot& after, ReconcileReport& report) {
  const LedgerView ledger(after);
  for (const auto& [member, held] : gate.held) {
    if (held.pending) ++report.pending;
    if (auto finding = compare_grant(held.grant, held.pending, ledger)) report.findings.push_back(std::move(*finding));
  }
}

// What the ledger had before the gate was read, and the gate has not; looked at again, since it may have been revoked.
Result<> compare_ledger(Backend& backend, const CouponCode& code, const LedgerSnapshot& before, const GateView& gate,
                        ReconcileReport& report) {
  for (const auto& grant : before.held) {
    if (gate.held.contains(grant.member)) continue;
    // model: FindAgain
    const auto now = backend.gate.find(code, grant.member);
    if (!now) return std::unexpected(now.error());
    if (!now->serving || now->epoch != gate.epoch) return rebuilt();
    if (now->held) continue;
    const auto row = backend.ledger.row(grant.id);
    if (!row) return std::unexpected(row.error());
    if (*row && (*row)->state == RowState::kRevoked) continue;
    report.findings.push_back({Difference::kMissingInGate, grant.member.text(), {}, grant.id.text(), grant});
  }
  return {};
}

}  // namespace

std::string_view name_of(Difference difference) {
  switch (difference) {
    case Difference::kLostRecord: return "lost_record";
    case Difference::kMissingInGate: return "missing_in_gate";
    case Difference::kRevokedHeld: return "revoked_held";
    case Difference::kOtherGrant: return "other_grant";
    case Difference::kOtherMember: return "other_member";
    case Difference::kOtherRank: return "other_rank";
    case Difference::kValues: return "values";
    case Difference::kNotServing: return "not_serving";
  }
  return "not_serving";
}

std::string_view remedy_of(Difference difference) {
  switch (difference) {
    case Difference::kLostRecord: return "rearm";
    case Difference::kMissingInGate: return "adopt";
    case Difference::kRevokedHeld: return "release";
    case Difference::kOtherGrant: return "the ledger's grant wins";
    case Difference::kOtherMember: return "release";
    case Difference::kOtherRank: return "correct issues.rank_no, or rebuild with it";
    case Difference::kValues: return "change";
    case Difference::kNotServing: return "seed";
  }
  return "seed";
}

Result<ReconcileReport> plan_reconcile(Backend& backend, const CouponCode& code) {
  // model: ReadBefore
  const auto before = backend.ledger.snapshot(code);
  if (!before) return std::unexpected(before.error());
  ReconcileReport report{before->coupon, 0, static_cast<std::int64_t>(before->held.size()), 0, {}};
  const auto status = backend.gate.status(code);
  if (!status) return std::unexpected(status.error());
  if (!status->serving) {
    report.findings.push_back({Difference::kNotServing, {}, status->known ? "fenced" : "unknown", {}});
    return report;
  }
  // model: Scan
  const auto gate = read_gate(backend, code);
  if (!gate) return std::unexpected(gate.error());
  // model: Drain
  COUPON_TRY(drain_all(backend));
  // model: ReadAfter
  const auto after = backend.ledger.snapshot(code);
  if (!after) return std::unexpected(after.error());
  if (after->coupon.epoch != gate->epoch) return at_other_epoch(after->coupon, gate->epoch);
  report.coupon = after->coupon;
  report.in_gate = static_cast<std::int64_t>(gate->held.size());
  report.in_ledger = static_cast<std::int64_t>(after->held.size());
  compare_gate(*gate, *after, report);
  COUPON_TRY(compare_ledger(backend, code, *before, *gate, report));
  const auto values = backend.gate.status(code);
  if (!values) return std::unexpected(values.error());
  compare_values(*values, report.coupon, report);
  return report;
}

}  // namespace coupon::service
