#include "simulated_run.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <map>
#include <random>
#include <set>

namespace coupon::load::test {

namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kSpan = 100 * kMs;  // in which everybody asks
constexpr std::int64_t kTimeout = 30 * kMs;
constexpr std::int64_t kReading = 300 * kMs;  // when everybody was answered or gave up
constexpr std::int64_t kCounting = 400 * kMs;
constexpr std::int64_t kLate = 600 * kMs;  // until then lost requests may be carried out

struct Grant {
  std::string id;
  std::int64_t rank = 0;
  bool pending = false;
  bool confirmed = true;
};

class Simulation {
 public:
  Simulation(const World& world, std::uint64_t seed, int more, bool hidden)
      : world_(world), random_(seed), places_(world.quota + more), hidden_(hidden) {}

  Observed run() {
    for (int i = 0; i < world_.prior; ++i) grant(member(i), false);
    observed_.before = counts();
    for (int i = 0; i < world_.members; ++i) ask(i, 1, between(0, kSpan));
    at(kReading, [this] { read_back(); });
    at(kCounting, [this] { read_counts(); });
    while (!events_.empty()) {
      auto event = events_.extract(events_.begin());
      now_ = event.key();
      event.mapped()();
    }
    observed_.grants_have_ids = world_.ids;
    observed_.grants_have_ranks = world_.ranks;
    observed_.counts_can_be_read = world_.counts;
    observed_.grants_can_be_read = world_.readback;
    observed_.verified = !world_.interrupted;
    return std::move(observed_);
  }

 private:
  static std::string member(int number) { return fmt::format("m{}", number); }
  bool chance(double share) { return std::bernoulli_distribution(share)(random_); }
  std::int64_t between(std::int64_t from, std::int64_t to) { return std::uniform_int_distribution(from, to)(random_); }
  // A clock that stands still for a while shows what had happened before, never what comes.
  [[nodiscard]] std::int64_t shown(std::int64_t instant) const { return instant / world_.tick_ns * world_.tick_ns; }
  void at(std::int64_t instant, std::function<void()> what) { events_.emplace(instant, std::move(what)); }

  void ask(int number, std::uint16_t attempt, std::int64_t send) {
    at(send, [=, this] {
      Evidence ask;
      ask.seq = static_cast<std::uint32_t>(observed_.asks.size());
      ask.member = member(number);
      ask.attempt = attempt;
      ask.send_ns = shown(send);
      const auto place = observed_.asks.size();
      observed_.asks.push_back(std::move(ask));
      if (!world_.retries && attempt < world_.attempts)
        this->ask(number, static_cast<std::uint16_t>(attempt + 1), send + between(0, 2 * kMs));
      carry(number, place);
    });
  }

  // Over the network to the service, and its answer back.
  void carry(int number, std::size_t place) {
    if (chance(world_.request_lost / 4)) return end(number, place, now_, Outcome::kError, Fate::kNotWritten);
    const bool lost = chance(world_.request_lost);
    const bool never = lost && chance(0.5);
    const auto served = now_ + (lost ? between(kTimeout, kLate) : between(0, 5 * kMs));
    const bool answer_lost = chance(world_.answer_lost);
    if (lost || answer_lost) give_up(number, place, chance(0.5) ? now_ + kTimeout : now_ + between(1, 10 * kMs));
    if (never) return;
    at(served, [=, this] {
      const auto answer = serve(member(number));
      if (lost || answer_lost) return;
      at(now_ + between(0, 5 * kMs), [=, this] {
        auto& ask = observed_.asks[place];
        ask.id = answer.id;
        ask.rank = answer.rank;
        end(number, place, now_, answer.outcome, Fate::kAnswered);
      });
    });
  }

  void give_up(int number, std::size_t place, std::int64_t when) {
    at(when, [=, this] { end(number, place, now_, Outcome::kUnknown, Fate::kTimeout); });
  }

  void end(int number, std::size_t place, std::int64_t when, Outcome outcome, Fate fate) {
    auto& ask = observed_.asks[place];
    ask.outcome = outcome;
    ask.fate = fate;
    ask.done_ns = shown(when);
    const auto next = static_cast<std::uint16_t>(ask.attempt + 1);
    if (world_.retries && outcome == Outcome::kUnknown && next <= world_.attempts) {
      this->ask(number, next, when + between(0, kMs));
    }
  }

  struct Answer {
    Outcome outcome = Outcome::kSoldOut;
    std::string id = {};
    std::int64_t rank = 0;
  };

  Answer tell(Outcome outcome, const Grant& grant) const {
    const bool again = outcome == Outcome::kDuplicate;
    return {outcome, world_.ids && (!again || world_.ids_again) ? grant.id : "",
            world_.ranks && outcome != Outcome::kPending && (!again || world_.ids_again) ? grant.rank : 0};
  }

  Answer serve(const std::string& who) {
    const auto known = grants_.find(who);
    if (known != grants_.end()) {
      if (known->second.pending && !known->second.confirmed && world_.told_again)
        return tell(Outcome::kPending, known->second);
      return tell(world_.told_again ? Outcome::kIssued : Outcome::kDuplicate, known->second);
    }
    if (chance(world_.refused)) {
      if (taken() < places_ && chance(world_.held)) hold(who);
      return {Outcome::kRefused};
    }
    if (taken() >= places_) return {};
    if (chance(world_.failed)) {
      if (chance(0.5)) {
        grant(who, false);
      } else {
        hold(who);
      }
      return {Outcome::kUnknown};
    }
    const bool pending = chance(world_.pending);
    const auto answer = tell(pending ? Outcome::kPending : Outcome::kIssued, grant(who, pending));
    if (pending) settle(who);
    return answer;
  }

  [[nodiscard]] int taken() const { return static_cast<int>(grants_.size()) + held_; }

  // A place that comes to nothing. Meanwhile the member may be told that it has it, and afterwards somebody else gets
  // it, with its rank and id.
  void hold(const std::string& who) {
    const auto until = now_ + between(1, 20 * kMs);
    if (world_.told_again || chance(0.5)) {
      ++held_;
      return at(until, [this] { --held_; });
    }
    const auto rank = grant(who, false).rank;
    grants_[who].confirmed = false;
    at(until, [=, this] {
      grants_.erase(who);
      if (rank == rank_) --rank_;
    });
  }

  Grant& grant(const std::string& who, bool pending) {
    ++rank_;
    return grants_[who] = {fmt::format("id{}", rank_), rank_, pending, !pending};
  }

  void settle(const std::string& who) {
    const bool lapses = chance(world_.lapses);
    at(now_ + between(0, kLate), [=, this] {
      if (lapses) {
        grants_.erase(who);
      } else {
        grants_[who].confirmed = true;
      }
    });
  }

  [[nodiscard]] Counts counts() const {
    if (!world_.counts) return {world_.quota, std::nullopt, std::nullopt};
    const auto confirmed = std::ranges::count_if(grants_, [](const auto& entry) { return entry.second.confirmed; });
    std::int64_t issued = world_.counts_pending ? std::ssize(grants_) : confirmed;
    auto recorded = confirmed;
    if (hidden_) issued = std::min<std::int64_t>(issued, world_.quota);
    if (hidden_) recorded = std::min<std::int64_t>(recorded, world_.quota);
    return {world_.quota, issued, recorded};
  }

  void read_counts() {
    if (!world_.interrupted && (world_.counts || chance(0.5))) observed_.after = counts();
  }

  void read_back() {
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& ask : observed_.asks) {
      const bool pending = ask.outcome == Outcome::kPending;
      if ((ask.outcome != Outcome::kIssued && !pending) || !seen.emplace(ask.member, ask.id).second) continue;
      if (world_.readback) observed_.readbacks.push_back(read(ask, pending));
      if (!pending && !world_.interrupted) observed_.replays.push_back(replay(ask));
    }
  }

  Readback read(const Evidence& ask, bool pending) {
    Readback read{.member = ask.member, .expected_id = ask.id, .found_id = {}, .was_pending = pending};
    if (chance(world_.unread)) return read;
    const auto known = grants_.find(ask.member);
    read.state = Readback::State::kMissing;
    if (known == grants_.end()) return read;
    if (world_.ids) read.found_id = known->second.id;
    read.state = Readback::State::kConfirmed;
    if (!known->second.confirmed || (world_.interrupted && chance(0.5))) read.state = Readback::State::kUnrecorded;
    if (!ask.id.empty() && read.found_id != ask.id) read.state = Readback::State::kOtherId;
    return read;
  }

  Replay replay(const Evidence& ask) {
    Replay replay{.member = ask.member, .expected_id = ask.id, .found_id = {}};
    if (chance(world_.unread)) return replay;
    const auto answer = world_.closes ? Answer{Outcome::kError} : serve(ask.member);
    replay.outcome = answer.outcome;
    replay.found_id = answer.id;
    replay.answered = true;
    return replay;
  }

  const World& world_;
  std::mt19937_64 random_;
  int places_;
  bool hidden_;
  std::int64_t now_ = 0;
  std::int64_t rank_ = 0;
  int held_ = 0;
  std::map<std::string, Grant> grants_;
  std::multimap<std::int64_t, std::function<void()>> events_;
  Observed observed_;
};

// Counted here in another way than by the invariants: by members.
bool shows_over_issue(const Observed& observed, int quota, const World& world) {
  std::set<std::string> winners;
  bool refuses_again = false;
  for (const auto& ask : observed.asks) {
    if (ask.outcome == Outcome::kIssued) winners.insert(ask.member);
    refuses_again = refuses_again || ask.outcome == Outcome::kDuplicate;
  }
  for (const auto& replay : observed.replays) {
    refuses_again = refuses_again || replay.outcome == Outcome::kDuplicate;
  }
  for (const auto& read : observed.readbacks) {
    if (read.state == Readback::State::kConfirmed) winners.insert(read.member);
  }
  const auto won = std::ssize(winners);
  const auto before = observed.before->issued.value_or(0);
  if (won > quota || (before + won > quota && refuses_again && !world.told_again)) return true;
  return observed.after && (observed.after->issued.value_or(0) > quota || observed.after->recorded.value_or(0) > quota);
}

}  // namespace

World draw_world(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto number = [&](int from, int to) { return std::uniform_int_distribution(from, to)(random); };
  const auto coin = [&](double share) { return std::bernoulli_distribution(share)(random); };
  const auto share = [&] { return coin(0.5) ? 0.0 : std::uniform_real_distribution(0.0, 0.3)(random); };
  World world;
  world.quota = number(1, 40);
  world.members = number(1, 80);
  world.prior = coin(0.3) ? number(0, std::min(world.quota, world.members)) : 0;
  world.attempts = number(1, 3);
  world.retries = coin(0.5);
  world.told_again = coin(0.3);
  world.ids = coin(0.8);
  world.ids_again = coin(0.7);
  world.ranks = coin(0.7);
  world.counts = coin(0.8);
  world.counts_pending = coin(0.5);
  world.readback = coin(0.8);
  world.tick_ns = coin(0.5) ? 1 : kMs;
  if (coin(0.2)) return world;
  world.interrupted = coin(0.1);
  world.closes = coin(0.1);
  world.request_lost = share();
  world.answer_lost = share();
  world.failed = share();
  world.refused = share();
  world.held = share();
  world.pending = share();
  world.lapses = share() * 3;
  world.unread = share();
  return world;
}

SimulatedRun simulate(const World& world, std::uint64_t seed, int more, bool hidden) {
  SimulatedRun run;
  run.observed = Simulation(world, seed, more, hidden).run();
  run.over_issue_shown = shows_over_issue(run.observed, world.quota, world);
  return run;
}

}  // namespace coupon::load::test
