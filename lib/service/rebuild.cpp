#include "service/rebuild.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "base/backoff.hpp"
#include "base/log.hpp"

namespace coupon::service {

using base::Errc;
using base::fail;
using base::Result;

namespace {

constexpr std::int64_t kLookMs = 10;  // between looks at what another rebuild has done

// A rebuild that lost its gate or its epoch to another one: nothing is wrong, start over.
std::unexpected<base::Error> overtaken() {
  return base::fail_retryable(Errc::kConflict, "another rebuild of this coupon took over");
}

Result<> check_attributed(Backend& backend) {
  const auto count = backend.ledger.unattributed();
  if (!count) return std::unexpected(count.error());
  if (*count == 0) return {};
  return fail(Errc::kConflict, fmt::format("{} open dead letters name no coupon and may hold places: "
                                           "discard or redrive them first",
                                           *count));
}

template <class T>
std::vector<T> slice(std::vector<T>& all, std::size_t from, std::size_t count) {
  const auto begin = std::min(from, all.size());
  const auto end = std::min(from + count, all.size());
  return {std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(begin)),
          std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(end))};
}

Result<> merge_snapshot(Backend& backend, const BuildToken& token, LedgerSnapshot& snapshot, std::size_t step) {
  const auto size = std::max(snapshot.held.size(), snapshot.revoked.size());
  for (std::size_t at = 0; at < size; at += step) {
    // model: Merge
    const auto mine = backend.gate.merge(snapshot.coupon.code, token, slice(snapshot.held, at, step),
                                         slice(snapshot.revoked, at, step));
    if (!mine) return std::unexpected(mine.error());
    if (!*mine) return overtaken();
  }
  return {};
}

Result<RebuildReport> fill_and_open(Backend& backend, const BuildToken& token, LedgerSnapshot snapshot,
                                    std::size_t step) {
  const auto coupon = snapshot.coupon;
  COUPON_TRY(merge_snapshot(backend, token, snapshot, step));
  // model: Weigh, Settle
  const auto settled = backend.gate.settle(coupon.code, token, coupon.quota);
  if (!settled) return std::unexpected(settled.error());
  if (!settled->mine) return overtaken();
  const GateChange values{coupon.version, coupon.quota, coupon.state, coupon.window};
  // model: Open
  const auto mine = backend.gate.open(coupon.code, token, values, std::max(snapshot.rank_max, settled->seq));
  if (!mine) return std::unexpected(mine.error());
  if (!*mine) return overtaken();
  return RebuildReport{coupon, settled->held, settled->pending, settled->voided, 0};
}

Result<RebuildReport> attempt(Backend& backend, const CouponCode& code, const RebuildConfig& config) {
  // model: ReadEpoch
  const auto before = backend.ledger.coupon(code);
  if (!before) return std::unexpected(before.error());
  const auto epoch = before->epoch;
  COUPON_TRY(check_attributed(backend));  // here too: a gate that works is not fenced for nothing
  // model: Fence
  const auto token = backend.gate.fence(code, epoch + 1);
  if (!token) return std::unexpected(token.error());
  if (token->wait_ms > 0) pause_ms(token->wait_ms);
  // model: Drain
  COUPON_TRY(drain_all(backend));
  COUPON_TRY(check_attributed(backend));
  // model: Bump
  COUPON_TRY(backend.ledger.bump_epoch(code, epoch));
  // model: Snapshot
  auto snapshot = backend.ledger.snapshot(code);
  if (!snapshot) return std::unexpected(snapshot.error());
  if (snapshot->coupon.epoch != epoch + 1) return overtaken();
  return fill_and_open(backend, *token, std::move(*snapshot), config.merge_max);
}

// Who overtook this one fenced later, and is as good once it has opened. Nothing when it has not within `delay_ms`.
// Fencing again at once would only take the gate away from it in turn, and nobody would ever finish.
Result<std::optional<RebuildReport>> leave_it_to_other(Backend& backend, const CouponCode& code, std::uint32_t before,
                                                       std::int64_t delay_ms) {
  for (std::int64_t left_ms = delay_ms; left_ms > 0; left_ms -= kLookMs) {
    pause_ms(std::min(left_ms, kLookMs));
    const auto status = backend.gate.status(code);
    if (!status) return std::unexpected(status.error());
    if (!status->serving || status->epoch <= before) continue;
    const auto coupon = backend.ledger.coupon(code);
    if (!coupon) return std::unexpected(coupon.error());
    // A gate ahead of its ledger is nobody's success: the ledger was put back.
    if (coupon->epoch == status->epoch) return RebuildReport{*coupon, status->held, status->pending, 0, 0};
  }
  return std::nullopt;
}

RebuildReport told(RebuildReport report, int attempts, std::string_view by) {
  report.attempts = attempts;
  base::log::info("gate of {} rebuilt{}: epoch {}, {} held, {} pending, {} voided", report.coupon.code.text(), by,
                  report.coupon.epoch, report.held, report.pending, report.voided);
  return report;
}

}  // namespace

bool was_overtaken(const base::Error& error) { return error.retryable && error.code == Errc::kConflict; }

void pause_ms(std::int64_t delay_ms) { std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms)); }

Result<RebuildReport> rebuild(Backend& backend, const CouponCode& code, const RebuildConfig& config) {
  const auto context = "rebuild of " + code.text();
  const auto before = backend.ledger.coupon(code);
  if (!before) return std::unexpected(before.error().in(context));
  base::Backoff backoff(config.backoff_ms, config.backoff_max_ms);
  base::Backoff patience(config.backoff_ms, config.patience_max_ms);
  for (int count = 1;; ++count) {
    auto report = attempt(backend, code, config);
    if (report) return told(std::move(*report), count, "");
    const auto& error = report.error();
    const bool last = count >= config.attempts_max || (config.gives_way && was_overtaken(error));
    if (!error.retryable || last) return std::unexpected(error.in(context));
    if (!was_overtaken(error)) {
      pause_ms(backoff.next_ms());
      continue;
    }
    auto other = leave_it_to_other(backend, code, before->epoch, patience.next_ms());
    if (!other) return std::unexpected(other.error().in(context));
    if (*other) return told(std::move(**other), count, " by another");
  }
}

}  // namespace coupon::service
