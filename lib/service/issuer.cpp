#include "service/issuer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "coupon/event.hpp"

namespace coupon::service {

using base::Errc;
using base::Error;
using base::Result;

struct Issuer::Request {
  MemberId member;
  GrantId candidate;
  std::uint64_t key_hash;
  base::Done<IssueAnswer> done;  // empty once answered
};

struct Issuer::Lane {
  std::vector<Request> waiting;
  bool calling = false;    // a gate call is in flight
  bool departing = false;  // departure is posted
};

struct Issuer::Batch {
  enum class Stage { kGate, kPublish };

  CouponCode code;
  std::vector<Request> requests;
  std::int64_t deadline_ns;
  std::list<BatchPtr>::iterator place;
  Stage stage = Stage::kGate;
  std::uint32_t epoch = 0;
  struct Fresh {
    std::size_t index;  // of the request
    Grant grant;
  };
  std::vector<Fresh> fresh;  // granted, and to be published
};

struct Issuer::Counters {
  explicit Counters(base::Metrics& metrics)
      : pending(metrics.counter("issue_pending_total", "Grants answered before they were confirmed")),
        errors(metrics.counter("issue_errors_total", "Asks that ended in an error")),
        calls(metrics.counter("gate_issue_calls_total", "Calls to the gate")),
        asks(metrics.counter("gate_issue_asks_total", "Asks in those calls; the ratio is the merge factor")),
        retries(metrics.counter("gate_issue_retries_total", "Calls repeated because the outcome was unknown")) {
    for (int i = 0; i < kOutcomeCount; ++i) {
      const std::string name(name_of(static_cast<Outcome>(i)));
      outcomes.push_back(metrics.counter("issue_answers_total", "Answers by outcome", {{"outcome", name.c_str()}}));
    }
  }
  std::vector<base::Counter> outcomes;
  base::Counter pending, errors, calls, asks, retries;
};

Issuer::Issuer(Gate& gate, Journal& journal, base::Scheduler& loop, const base::Clock& clock,
               const IssuerConfig& config, base::Metrics& metrics)
    : gate_(gate),
      journal_(journal),
      loop_(loop),
      clock_(clock),
      config_(config),
      counters_(std::make_unique<Counters>(metrics)),
      ids_(clock) {}

Issuer::~Issuer() = default;

void Issuer::issue(const CouponCode& code, const MemberId& member, std::uint64_t key_hash,
                   base::Done<IssueAnswer> done) {
  if (waiting_ >= config_.waiting_max) {
    counters_->errors.add();
    done(base::fail_retryable(Errc::kBusy, "too many requests are waiting"));
    return;
  }
  // A place that cannot be published is not given: who asks later gets it with a 200.
  if (auto room = journal_.room(); !room) {
    counters_->errors.add();
    done(std::unexpected(std::move(room.error())));
    return;
  }
  ++waiting_;
  auto& lane = lanes_[code];
  if (!lane) lane = std::make_unique<Lane>();
  lane->waiting.push_back({member, ids_.next(), key_hash, std::move(done)});
  if (lane->calling || lane->departing) return;
  // Posted, so that everything the loop has read by now leaves in the same call.
  lane->departing = true;
  loop_.post([this, code] { depart(code); });
}

void Issuer::depart(const CouponCode& code) {
  auto& lane = *lanes_.at(code);
  const auto count = std::min(lane.waiting.size(), config_.merge_max);
  auto batch =
      std::make_shared<Batch>(Batch{code, {}, clock_.mono_ns() + config_.deadline_ms * 1'000'000, {}, {}, 0, {}});
  if (count == lane.waiting.size()) {
    batch->requests.swap(lane.waiting);
  } else {
    const auto end = lane.waiting.begin() + static_cast<std::ptrdiff_t>(count);
    std::move(lane.waiting.begin(), end, std::back_inserter(batch->requests));
    lane.waiting.erase(lane.waiting.begin(), end);
  }
  lane.departing = false;
  lane.calling = true;
  batch->place = in_hand_.insert(in_hand_.end(), batch);
  arm_sweep();
  call_gate(batch);
}

// model: Issue
void Issuer::call_gate(const BatchPtr& batch) {
  std::vector<Ask> asks;
  asks.reserve(batch->requests.size());
  for (const auto& request : batch->requests) asks.push_back({request.member, request.candidate, request.key_hash});
  counters_->calls.add();
  counters_->asks.add(static_cast<double>(asks.size()));
  gate_.issue(batch->code, std::move(asks),
              [this, batch](Result<IssueReply> reply) { on_decisions(batch, std::move(reply)); });
}

void Issuer::on_decisions(const BatchPtr& batch, Result<IssueReply> reply) {
  if (reply && reply->decisions.size() != batch->requests.size()) {
    reply = base::fail(Errc::kInternal, "the gate answered another number of asks");
  }
  if (!reply) {
    on_gate_error(batch, std::move(reply.error()));
    return;
  }
  lane_free(batch->code);
  settle(batch, *reply);
}

void Issuer::on_gate_error(const BatchPtr& batch, Error error) {
  // A call whose outcome is unknown is repeated with the same candidate ids: what was granted shows as granted.
  const bool again = error.retryable && error.code != Errc::kBusy &&
                     clock_.mono_ns() + config_.retry_ms * 1'000'000 < batch->deadline_ns;
  if (again) {
    counters_->retries.add();
    loop_.after(std::chrono::milliseconds(config_.retry_ms), [this, batch] { call_gate(batch); });
    return;
  }
  base::log::error("gate: {} asks of {} failed: {}", batch->requests.size(), batch->code.text(), error.message);
  lane_free(batch->code);
  for (auto& request : batch->requests) answer(request, std::unexpected(error));
  finish(batch);
}

void Issuer::lane_free(const CouponCode& code) {
  const auto it = lanes_.find(code);
  it->second->calling = false;
  if (it->second->waiting.empty()) {
    lanes_.erase(it);
  } else {
    // Posted twice, so that the sockets that are readable by now are read before: they leave in the same call.
    it->second->departing = true;
    loop_.post([this, code] { loop_.post([this, code] { depart(code); }); });
  }
}

void Issuer::settle(const BatchPtr& batch, const IssueReply& reply) {
  batch->epoch = reply.epoch;
  std::array<int, kOutcomeCount> counts{};
  for (std::size_t i = 0; i < reply.decisions.size(); ++i) {
    const auto& decision = reply.decisions[i];
    auto& request = batch->requests[i];
    ++counts.at(static_cast<std::size_t>(decision.outcome));
    IssueAnswer result{.outcome = decision.outcome, .grant = {}, .window = reply.window};
    if (decision.held) {
      const auto& held = *decision.held;
      if (decision.outcome == Outcome::kGranted && held.pending) {
        batch->fresh.push_back({i, held.grant});
        continue;
      }
      result.grant = held.grant;
      result.pending = held.pending;
      result.same_key =
          decision.outcome == Outcome::kAlready && request.key_hash != 0 && request.key_hash == held.grant.key_hash;
    }
    answer(request, std::move(result));
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts.at(i) > 0) counters_->outcomes[i].add(counts.at(i));
  }
  if (batch->fresh.empty()) {
    finish(batch);
  } else {
    publish(batch);
  }
}

// model: Publish
void Issuer::publish(const BatchPtr& batch) {
  batch->stage = Batch::Stage::kPublish;
  std::vector<JournalRecord> records;
  records.reserve(batch->fresh.size());
  for (const auto& fresh : batch->fresh) {
    records.push_back(encode(make_event(batch->code, fresh.grant, batch->epoch)));
  }
  journal_.append(std::move(records),
                  [this, batch](Result<std::vector<bool>> acknowledged) { on_appended(batch, acknowledged); });
}

// model: Confirm
void Issuer::on_appended(const BatchPtr& batch, const Result<std::vector<bool>>& acknowledged) {
  std::vector<GrantRef> refs;
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < batch->fresh.size(); ++i) {
    if (!acknowledged || i >= acknowledged->size() || !(*acknowledged)[i]) continue;
    refs.push_back({batch->fresh[i].grant.member, batch->fresh[i].grant.id});
    asked.push_back(i);
  }
  if (!acknowledged) base::log::warn("journal: append failed: {}", acknowledged.error().message);
  if (refs.empty()) {
    expire(batch);
    finish(batch);
    return;
  }
  gate_.confirm(batch->code, batch->epoch, std::move(refs),
                [this, batch, asked = std::move(asked)](const Result<std::vector<bool>>& confirmed) {
                  on_confirmed(batch, asked, confirmed);
                });
}

void Issuer::on_confirmed(const BatchPtr& batch, const std::vector<std::size_t>& asked,
                          const Result<std::vector<bool>>& confirmed) {
  if (!confirmed) base::log::warn("gate: confirm failed: {}", confirmed.error().message);
  for (std::size_t i = 0; confirmed && i < asked.size() && i < confirmed->size(); ++i) {
    if (!(*confirmed)[i]) continue;
    const auto& fresh = batch->fresh[asked[i]];
    answer(batch->requests[fresh.index], IssueAnswer{.outcome = Outcome::kGranted, .grant = fresh.grant, .window = {}});
  }
  expire(batch);
  finish(batch);
}

void Issuer::answer(Request& request, Result<IssueAnswer> result) {
  auto done = std::exchange(request.done, nullptr);
  if (!done) return;  // the deadline was faster
  --waiting_;
  if (!result) counters_->errors.add();
  done(std::move(result));
}

void Issuer::finish(const BatchPtr& batch) { in_hand_.erase(batch->place); }

void Issuer::arm_sweep() {
  if (sweeping_) return;
  sweeping_ = true;
  const auto period = std::max<std::int64_t>(config_.deadline_ms / 8, 1);
  loop_.after(std::chrono::milliseconds(period), [this] { sweep(); });
}

void Issuer::sweep() {
  sweeping_ = false;
  const auto now = clock_.mono_ns();
  for (const auto& batch : in_hand_) {
    if (now < batch->deadline_ns) break;
    expire(batch);
  }
  if (!in_hand_.empty()) arm_sweep();
}

// Answers what is still open as pending (granted, not confirmed) or as unknown (the gate did not reply).
void Issuer::expire(const BatchPtr& batch) {
  if (batch->stage == Batch::Stage::kGate) {
    for (auto& request : batch->requests) {
      answer(request, base::fail_retryable(Errc::kTimeout, "the gate did not answer in time"));
    }
    return;
  }
  for (const auto& fresh : batch->fresh) {
    auto& request = batch->requests[fresh.index];
    if (!request.done) continue;
    counters_->pending.add();
    answer(request, IssueAnswer{.outcome = Outcome::kGranted, .grant = fresh.grant, .pending = true, .window = {}});
  }
}

}  // namespace coupon::service
