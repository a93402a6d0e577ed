#include "couponload/verify/verify.hpp"

#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "couponload/burst/instant.hpp"
#include "couponload/verify/invariant_facts.hpp"

namespace coupon::load {

namespace {

constexpr std::size_t kReadersMax = 8;
constexpr std::int64_t kBetweenPassesMs = 100;

// Hands the items out to a few threads, each with a connection of its own.
void for_each_item(const Target& target, std::size_t items, const std::stop_token& stop,
                   const std::function<void(Api&, std::size_t)>& visit) {
  std::atomic<std::size_t> next{0};
  std::vector<std::jthread> readers;
  readers.reserve(kReadersMax);
  for (std::size_t i = 0; i < std::min(items, kReadersMax); ++i) {
    readers.emplace_back([&] {
      Api api(target);
      for (auto item = next++; item < items && !stop.stop_requested(); item = next++) visit(api, item);
    });
  }
}

std::vector<Readback> promises(const Observed& observed) {
  std::vector<Readback> all;
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& ask : observed.asks) {
    if (ask.outcome != Outcome::kIssued && ask.outcome != Outcome::kPending) continue;
    if (!seen.emplace(ask.member, ask.id).second) continue;
    all.push_back({.member = ask.member,
                   .expected_id = ask.id,
                   .found_id = {},
                   .state = Readback::State::kUnread,
                   .was_pending = ask.outcome == Outcome::kPending});
  }
  return all;
}

bool settled(Readback::State state) {
  return state == Readback::State::kConfirmed || state == Readback::State::kOtherId;
}

void read_once(Api& api, Readback& item, std::int64_t deadline_ns, const std::stop_token& stop,
               VerifyProgress& progress) {
  auto read = api.read_back(item.member, item.expected_id, deadline_ns, stop);
  if (!read) {
    // What an earlier reading said may no longer be so.
    item.state = Readback::State::kUnread;
    item.found_id.clear();
    return base::log::debug("reading {} back: {}", item.member, read.error().message);
  }
  item.found_id = std::move(read->found_id);
  item.state = read->state;
  if (settled(item.state)) ++progress.confirmed;
}

// A promise may be recorded a little later, so what is not settled is read again until the time is over.
void read_all_back(const VerifyPlan& plan, Observed& observed, VerifyProgress& progress, const std::stop_token& stop) {
  const auto deadline_ns = now_ns() + plan.settle_ms * kNsPerMs;
  progress.promised = observed.readbacks.size();
  do {
    std::vector<Readback*> open;
    for (auto& item : observed.readbacks) {
      if (!settled(item.state)) open.push_back(&item);
    }
    if (open.empty()) return;
    for_each_item(plan.target, open.size(), stop,
                  [&](Api& api, std::size_t i) { read_once(api, *open[i], deadline_ns, stop, progress); });
  } while (pause(kBetweenPassesMs, deadline_ns, stop));
}

std::vector<Replay> sample_winners(const Observed& observed, std::uint64_t seed) {
  std::vector<Replay> winners;
  for (const auto& read : observed.readbacks) {
    if (read.was_pending) continue;
    winners.push_back({.member = read.member, .expected_id = read.expected_id, .found_id = {}});
  }
  std::mt19937_64 random(seed);
  std::ranges::shuffle(winners, random);
  winners.resize(std::min(winners.size(), kReplaysMax));
  return winners;
}

void replay(const VerifyPlan& plan, Observed& observed, const std::stop_token& stop) {
  const auto deadline_ns = now_ns() + plan.settle_ms * kNsPerMs;
  observed.replays = sample_winners(observed, plan.seed);
  for_each_item(plan.target, observed.replays.size(), stop, [&](Api& api, std::size_t i) {
    auto& item = observed.replays[i];
    auto meaning = api.ask_again(item.member, deadline_ns, stop);
    if (!meaning) return base::log::debug("{} asking again: {}", item.member, meaning.error().message);
    item.outcome = meaning->outcome;
    item.found_id = std::move(meaning->id);
    item.answered = item.outcome != Outcome::kRefused && item.outcome != Outcome::kUnknown;
  });
}

// Whether the server counts as many as it must in the end. One that does its work later may not do so yet.
bool counts_all(const Counts& counts, const Facts& facts) {
  return !facts.issued_before || !counts.issued || *counts.issued - *facts.issued_before >= facts.surely_new();
}

void read_counts(const VerifyPlan& plan, std::int64_t settled_ns, Observed& observed, const std::stop_token& stop) {
  const auto facts = facts_of(observed);
  const auto deadline_ns = now_ns() + plan.settle_ms * kNsPerMs;
  Api api(plan.target);
  std::string trouble;
  for (bool again = true; again;) {
    const auto counts = api.counts(deadline_ns, stop);
    if (counts) observed.after = *counts;
    if (counts && (observed.partial || counts_all(*counts, facts))) return;
    if (!counts) trouble = counts.error().message;
    again = pause(kBetweenPassesMs, counts ? settled_ns : deadline_ns, stop);
    // A count that is too low tells something only when it was read at the very end.
    if (!again && observed.after && (!counts || stop.stop_requested())) observed.after->issued.reset();
  }
  if (!trouble.empty()) base::log::warn("reading the server's count: {}", trouble);
}

}  // namespace

void verify(const VerifyPlan& plan, Observed& observed, VerifyProgress& progress, const std::stop_token& stop) {
  const auto settled_ns = now_ns() + plan.settle_ms * kNsPerMs;
  observed.readbacks = promises(observed);
  if (observed.grants_can_be_read) read_all_back(plan, observed, progress, stop);
  if (!stop.stop_requested()) replay(plan, observed, stop);
  if (stop.stop_requested()) return;
  // Last, so that it also counts what asking again should not have issued.
  read_counts(plan, settled_ns, observed, stop);
  observed.verified = !stop.stop_requested();
}

}  // namespace coupon::load
