#include "service/keeper.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "service/rebuild.hpp"
#include "service/reconcile.hpp"

namespace coupon::service {

using base::Error;
using base::Result;

namespace {
constexpr std::size_t kPage = 100;
constexpr int kDoublingsMax = 20;
constexpr std::int64_t kPatienceMaxMs = 600'000;
}  // namespace

Keeper::Keeper(Backend& backend, KeeperConfig config, base::Metrics& metrics)
    : backend_(backend),
      config_(config),
      rebuilds_(metrics.counter("gate_rebuilds_total", "Gates rebuilt because they did not serve")),
      differences_(
          metrics.counter("reconcile_differences_total", "Differences between gate and ledger that were found")),
      fenced_(metrics.gauge("gate_fenced_coupons", "Seeded coupons that the gate did not serve at the last look")) {}

template <class Visit>
Result<std::int64_t> Keeper::each_seeded(Visit visit) {
  std::int64_t sum = 0;
  std::optional<Error> first;
  std::string after;
  for (;;) {
    const auto page = backend_.ledger.coupons(after, kPage);
    if (!page) return std::unexpected(page.error());
    for (const auto& coupon : *page) {
      if (coupon.epoch == 0) continue;
      const auto done = visit(coupon);
      if (done) {
        sum += *done;
      } else if (!first) {
        first = done.error();
      }
    }
    if (page->size() < kPage) break;
    after = page->back().code.text();
  }
  if (first) return std::unexpected(std::move(*first));
  return sum;
}

Result<std::int64_t> Keeper::rebuild_fenced() {
  std::int64_t fenced = 0;
  auto rebuilt = each_seeded([this, &fenced](const Coupon& coupon) {
    auto done = rebuild_if_fenced(coupon);
    if (!done || *done > 0) ++fenced;
    return done;
  });
  fenced_.set(static_cast<double>(fenced));
  return rebuilt;
}

Result<std::int64_t> Keeper::rebuild_if_fenced(const Coupon& coupon) {
  const auto status = backend_.gate.status(coupon.code);
  if (!status) return std::unexpected(status.error());
  if (status->serving) watched_.erase(coupon.code);
  if (status->serving || in_hand(coupon, *status)) return 0;
  base::log::warn("the gate does not serve {} ({}): it is rebuilt", coupon.code.text(),
                  status->known ? "fenced" : "unknown to it");
  const auto report = rebuild(backend_, coupon.code, {.gives_way = true});
  if (report) {
    rebuilds_.add();
    return 1;
  }
  const auto& error = report.error();
  if (!was_overtaken(error)) return std::unexpected(error);
  base::log::warn("{}", error.message);
  return 0;
}

bool Keeper::in_hand(const Coupon& coupon, const GateStatus& status) {
  if (!status.building) return false;
  const auto now_ns = backend_.clock.mono_ns();
  auto& watch = watched_[coupon.code];
  if (watch.epoch != coupon.epoch || watch.progress != status.progress) {
    watch.epoch = coupon.epoch;
    watch.progress = status.progress;
    watch.since_ns = now_ns;
  }
  const auto patience_ms = std::min(config_.patience_ms << std::min(watch.abandoned, kDoublingsMax),
                                    std::max(kPatienceMaxMs, config_.patience_ms));
  if (now_ns - watch.since_ns < patience_ms * 1'000'000) return true;
  ++watch.abandoned;
  return false;
}

Result<std::int64_t> Keeper::reconcile_all() {
  return each_seeded([this](const Coupon& coupon) { return reconcile_one(coupon); });
}

Result<std::int64_t> Keeper::reconcile_one(const Coupon& coupon) {
  const auto status = backend_.gate.status(coupon.code);
  if (!status) return std::unexpected(status.error());
  if (!status->serving) return 0;  // the rebuild's business
  const auto plan = plan_reconcile(backend_, coupon.code);
  if (!plan) return std::unexpected(plan.error().in("reconcile of " + coupon.code.text()));
  for (const auto& finding : plan->findings) {
    base::log::error("reconcile of {}: {} member '{}' gate '{}' ledger '{}'", coupon.code.text(),
                     name_of(finding.difference), finding.member, finding.gate, finding.ledger);
  }
  if (plan->consistent()) return 0;
  differences_.add(static_cast<double>(plan->findings.size()));
  const auto applied = apply_reconcile(backend_, *plan);
  if (!applied) return std::unexpected(applied.error().in("reconcile of " + coupon.code.text()));
  return static_cast<std::int64_t>(plan->findings.size());
}

}  // namespace coupon::service
