#include "service/relay.hpp"

#include <string>
#include <utility>
#include <vector>

#include "coupon/event.hpp"

namespace coupon::service {

using base::Result;

namespace {
constexpr std::size_t kCouponsPage = 100;
}

Relay::Relay(Gate& gate, Journal& journal, Ledger& ledger, RelayConfig config, base::Metrics& metrics)
    : gate_(gate),
      journal_(journal),
      ledger_(ledger),
      config_(config),
      confirmed_(metrics.counter("relay_confirmed_total", "Pending grants published and confirmed")),
      pending_(metrics.gauge("gate_pending_grants", "Grants not yet confirmed, over all coupons, at the last pass")) {}

Result<std::int64_t> Relay::pass() {
  std::int64_t confirmed = 0;
  std::int64_t pending = 0;
  std::string after;
  for (;;) {
    const auto page = ledger_.coupons(after, kCouponsPage);
    if (!page) return std::unexpected(page.error());
    for (const auto& coupon : *page) {
      const auto status = gate_.status(coupon.code);
      if (!status) return std::unexpected(status.error());
      if (!status->serving || status->pending == 0) continue;
      const auto done = relay_coupon(coupon.code);
      if (!done) return std::unexpected(done.error());
      confirmed += *done;
      pending += status->pending - *done;
    }
    if (page->size() < kCouponsPage) break;
    after = page->back().code.text();
  }
  pending_.set(static_cast<double>(pending));
  return confirmed;
}

Result<std::int64_t> Relay::relay_coupon(const CouponCode& code) {
  std::int64_t confirmed = 0;
  for (;;) {
    // model: Claim
    const auto claim = gate_.claim(code, config_.batch_max, config_.retry_ms);
    if (!claim) return std::unexpected(claim.error());
    if (!claim->serving || claim->due.empty()) return confirmed;
    const auto done = publish(code, *claim);
    if (!done) return std::unexpected(done.error());
    confirmed += *done;
  }
}

// model: Publish, Confirm
Result<std::int64_t> Relay::publish(const CouponCode& code, const ClaimReply& claim) {
  std::vector<JournalRecord> records;
  for (const auto& grant : claim.due) records.push_back(encode(make_event(code, grant, claim.epoch)));
  const auto acknowledged =
      base::wait<std::vector<bool>>([&](auto done) { journal_.append(std::move(records), std::move(done)); });
  if (!acknowledged) return std::unexpected(acknowledged.error());
  std::vector<GrantRef> refs;
  for (std::size_t i = 0; i < claim.due.size(); ++i) {
    if ((*acknowledged)[i]) refs.push_back({claim.due[i].member, claim.due[i].id});
  }
  const auto confirmed = gate_.confirm(code, claim.epoch, refs);
  if (!confirmed) return std::unexpected(confirmed.error());
  std::int64_t count = 0;
  for (const bool one : *confirmed) count += one ? 1 : 0;
  confirmed_.add(static_cast<double>(count));
  return count;
}

}  // namespace coupon::service
