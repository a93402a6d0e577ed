#include "couponload/flow/flow.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "couponload/burst/instant.hpp"
#include "couponload/burst/release_barrier.hpp"
#include "couponload/flow/lane.hpp"

namespace coupon::load {

namespace {

// What one thread hands back.
struct Share {
  OpenTrouble trouble;
  std::int64_t syn_retransmits = 0;
  std::int64_t unsent = 0;
  ThreadHealth health;
  Figures figures;
  Series series;
  EvidenceKeeper kept{EvidenceScope::kGrants};
};

void hand_over(Lane& lane, Share& share) {
  share.health = std::move(lane.health());
  share.unsent = lane.unsent();
  share.figures = lane.recorder().figures();
  share.figures.connect.add(lane.connect());
  share.series = lane.recorder().series();
  share.kept = std::move(lane.recorder().kept());
}

void run_lane(const FlowPlan& plan, int index, ReleaseBarrier& barrier, RunProgress& progress,
              const std::stop_token& stop, Share& share) {
  boost::asio::io_context io(1);
  const std::stop_callback wake(stop, [&io] { boost::asio::post(io, [] {}); });
  const auto work = boost::asio::make_work_guard(io);
  Lane lane(io, plan, index, progress);
  lane.open(stop);
  if (barrier.wait(io, stop)) {
    lane.run(barrier.release_ns(), stop);
    hand_over(lane, share);
  }
  share.trouble = lane.trouble();
  share.syn_retransmits = lane.syn_retransmits();
}

// A run that was stopped has a shorter window.
std::int64_t measured_ns(const FlowPlan& plan, const RunResult& run, const std::stop_token& stop) {
  if (!stop.stop_requested()) return plan.duration_ns;
  return std::clamp<std::int64_t>(now_ns() - run.release_ns, 1, plan.duration_ns);
}

void put_together(std::vector<Share> shares, FlowResult& result) {
  auto& run = result.run;
  for (auto& share : shares) {
    add(share.trouble, run.trouble);
    run.syn_retransmits += share.syn_retransmits;
    if (!run.released) continue;
    run.unsent += share.unsent;
    run.threads.push_back(std::move(share.health));
    add(share.figures, result.figures);
    result.series.add(share.series);
    result.kept.push_back(std::move(share.kept));
  }
  finish(run, result.figures);
  run.planned = result.figures.sent + run.unsent;
}

}  // namespace

FlowResult run_flow(const FlowPlan& plan, RunProgress& progress, const std::stop_token& stop) {
  FlowResult result;
  ReleaseBarrier barrier(plan.threads, progress, stop, plan.start_ns);
  std::vector<Share> shares(static_cast<std::size_t>(plan.threads));
  {
    std::vector<std::jthread> threads;
    threads.reserve(shares.size());
    for (int i = 0; i < plan.threads; ++i) {
      threads.emplace_back([&, i] { run_lane(plan, i, barrier, progress, stop, shares[static_cast<std::size_t>(i)]); });
    }
  }
  progress.phase.store(RunProgress::Phase::kDone);
  auto& run = result.run;
  run.mode = plan.mode;
  run.released = barrier.released();
  run.release_ns = barrier.release_ns() + plan.warmup_ns;
  run.late_ns = barrier.late_ns();
  run.window_ns = measured_ns(plan, run, stop);
  run.connections = plan.connections;
  run.think_ns = plan.think_ns;
  put_together(std::move(shares), result);
  return result;
}

}  // namespace coupon::load
