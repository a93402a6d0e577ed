#pragma once
// Engines that do exactly what a test tells them, when it tells them, and time that stands still until it is moved.

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "coupon/gate.hpp"
#include "coupon/journal.hpp"
#include "coupon/ledger.hpp"

namespace coupon::test {

class FakeClock final : public base::Clock {
 public:
  [[nodiscard]] std::int64_t wall_ms() const override { return 1'800'000'000'000 + now_ns / 1'000'000; }
  [[nodiscard]] std::int64_t mono_ns() const override { return now_ns; }
  std::int64_t now_ns = 1;
};

/// Runs what was posted when `run` is called, and timers when `advance` reaches them.
class ManualLoop final : public base::Scheduler {
 public:
  explicit ManualLoop(FakeClock& clock) : clock_(clock) {}
  void post(base::Task task) override { tasks_.push_back(std::move(task)); }
  void after(std::chrono::milliseconds delay, base::Task task) override {
    timers_.emplace(clock_.now_ns + delay.count() * 1'000'000, std::move(task));
  }
  void run() {
    while (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }
  void advance(std::int64_t delay_ms) {
    const auto until = clock_.now_ns + delay_ms * 1'000'000;
    while (!timers_.empty() && timers_.begin()->first <= until) {
      clock_.now_ns = timers_.begin()->first;
      auto task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      task();
      run();
    }
    clock_.now_ns = until;
  }

 private:
  FakeClock& clock_;
  std::deque<base::Task> tasks_;
  std::multimap<std::int64_t, base::Task> timers_;
};

/// Keeps every issue and confirm until the test answers it; the rest is not called by what is tested here.
class ScriptedGate final : public Gate {
 public:
  struct IssueCall {
    CouponCode code;
    std::vector<Ask> asks;
    base::Done<IssueReply> done;
  };
  struct ConfirmCall {
    std::uint32_t epoch;
    std::vector<GrantRef> refs;
    base::Done<std::vector<bool>> done;
  };
  std::deque<IssueCall> issues;
  std::deque<ConfirmCall> confirms;

  /// Answers the oldest issue: every ask gets `outcome`, with a grant if it is kGranted.
  void answer_issue(Outcome outcome, bool pending = false) {
    auto call = take(issues);
    IssueReply reply{.now_ms = 1, .epoch = 7, .window = {}, .decisions = {}};
    for (const auto& ask : call.asks) {
      Decision decision{outcome, std::nullopt};
      if (outcome == Outcome::kGranted) {
        decision.held = HeldGrant{Grant{ask.candidate, ask.member, ++rank_, 1, ask.key_hash}, pending};
      }
      reply.decisions.push_back(std::move(decision));
    }
    call.done(std::move(reply));
  }
  void fail_issue(base::Error error) { take(issues).done(std::unexpected(std::move(error))); }
  void answer_confirm(std::vector<bool> confirmed) { take(confirms).done(std::move(confirmed)); }
  void fail_confirm(base::Error error) { take(confirms).done(std::unexpected(std::move(error))); }

  void issue(const CouponCode& code, std::vector<Ask> asks, base::Done<IssueReply> done) override {
    issues.push_back({code, std::move(asks), std::move(done)});
  }
  void confirm(const CouponCode& /*code*/, std::uint32_t epoch, std::vector<GrantRef> refs,
               base::Done<std::vector<bool>> done) override {
    confirms.push_back({epoch, std::move(refs), std::move(done)});
  }
  void find(const CouponCode&, const MemberId&, base::Done<MemberReply> done) override { refuse(done); }
  void status(const CouponCode&, base::Done<GateStatus> done) override { refuse(done); }
  void claim(const CouponCode&, std::size_t, std::int64_t, base::Done<ClaimReply> done) override { refuse(done); }
  void revoke(const CouponCode&, GrantRef, base::Done<bool> done) override { refuse(done); }
  void rearm(const CouponCode&, GrantRef, base::Done<bool> done) override { refuse(done); }
  void adopt(const CouponCode&, Grant, base::Done<bool> done) override { refuse(done); }
  void change(const CouponCode&, GateChange, base::Done<ChangeReply> done) override { refuse(done); }
  void reduce(const CouponCode&, GateChange, base::Done<ChangeReply> done) override { refuse(done); }
  void scan(const CouponCode&, std::string, std::size_t, base::Done<GatePage> done) override { refuse(done); }
  void fence(const CouponCode&, std::uint32_t, base::Done<BuildToken> done) override { refuse(done); }
  void merge(const CouponCode&, const BuildToken&, std::vector<Grant>, std::vector<GrantRef>,
             base::Done<bool> done) override {
    refuse(done);
  }
  void settle(const CouponCode&, const BuildToken&, std::int64_t, base::Done<SettleReply> done) override {
    refuse(done);
  }
  void open(const CouponCode&, const BuildToken&, const GateChange&, std::int64_t, base::Done<bool> done) override {
    refuse(done);
  }
  void forget(const CouponCode&, const BuildToken&, base::Done<bool> done) override { refuse(done); }

 private:
  template <class T>
  static void refuse(base::Done<T>& done) {
    done(base::fail(base::Errc::kUnsupported, "not scripted"));
  }
  template <class Call>
  static Call take(std::deque<Call>& calls) {
    auto call = std::move(calls.at(0));
    calls.pop_front();
    return call;
  }
  std::int64_t rank_ = 0;
};

class ScriptedJournal final : public Journal {
 public:
  struct Append {
    std::vector<JournalRecord> records;
    base::Done<std::vector<bool>> done;
  };
  std::deque<Append> appends;

  void acknowledge(std::vector<bool> which) {
    auto call = std::move(appends.at(0));
    appends.pop_front();
    call.done(std::move(which));
  }
  void fail(base::Error error) {
    auto call = std::move(appends.at(0));
    appends.pop_front();
    call.done(std::unexpected(std::move(error)));
  }
  void append(std::vector<JournalRecord> records, base::Done<std::vector<bool>> done) override {
    appends.push_back({std::move(records), std::move(done)});
  }
};

}  // namespace coupon::test
