#include "couponload/burst/burst.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <deque>
#include <functional>
#include <iterator>
#include <thread>

#include "couponload/burst/asker.hpp"
#include "couponload/burst/health_watch.hpp"
#include "couponload/burst/opener.hpp"
#include "couponload/burst/release_barrier.hpp"

namespace coupon::load {

namespace {

constexpr const char* kLost =
    "the server ended connections before they were asked; is it full, or does it close after one answer (--no-prime)?";

// What one thread hands back.
struct Share {
  ThreadHealth health;
  std::int64_t ready_ns = 0;  // everything open, and answers will be noticed
  OpenTrouble trouble;
  std::int64_t syn_retransmits = 0;
  std::deque<Shot> repeated;
};

std::vector<Connection> make_connections(boost::asio::io_context& io, std::vector<Shot>& shots, int index,
                                         int threads) {
  std::vector<Connection> connections;
  const auto step = static_cast<std::size_t>(threads);
  connections.reserve(shots.size() / step + 1);
  for (auto i = static_cast<std::size_t>(index); i < shots.size(); i += step) connections.emplace_back(io, shots[i]);
  return connections;
}

void ask(boost::asio::io_context& io, Asker& asker, ReleaseBarrier& barrier, const std::stop_token& stop,
         Share& share) {
  asker.arm();
  share.ready_ns = now_ns();
  if (!barrier.wait(io, stop)) return;
  HealthWatch watch(io);
  watch.start(barrier.release_ns());
  asker.release(barrier.release_ns(), watch, stop);
  asker.wait(watch, stop);
  share.health = watch.stop(now_ns());
  io.poll();  // runs what was cancelled while everything it refers to still lives
}

// A cold burst connects after the release.
void stay_closed(std::vector<Connection>& connections, RunProgress& progress) {
  for (auto& connection : connections) connection.stage = Connection::Stage::kReady;
  progress.ready.fetch_add(static_cast<std::uint32_t>(connections.size()));
}

void sort_shots(std::vector<Shot>& shots) {
  std::ranges::sort(shots, {}, [](const Shot& shot) { return std::pair(shot.seq, shot.attempt); });
}

void run_thread(const BurstPlan& plan, std::vector<Shot>& shots, int index, ReleaseBarrier& barrier,
                RunProgress& progress, const std::stop_token& stop, Share& share) {
  boost::asio::io_context io(1);
  const std::stop_callback wake(stop, [&io] { boost::asio::post(io, [] {}); });
  const auto work = boost::asio::make_work_guard(io);
  auto connections = make_connections(io, shots, index, plan.threads);
  if (plan.cold) {
    stay_closed(connections, progress);
  } else {
    Opener opener(io, plan, connections, progress);
    opener.run(stop);
    share.trouble = opener.trouble();
    share.syn_retransmits = opener.syn_retransmits();
  }
  Asker asker(io, plan, connections);
  ask(io, asker, barrier, stop, share);
  add(asker.trouble(), share.trouble);
  share.syn_retransmits += asker.syn_retransmits();
  share.repeated = std::move(asker.repeated());
  if (asker.lost() > 0 && share.trouble.first.empty()) share.trouble.first = kLost;
  for (auto& connection : connections) reset(connection);
  io.poll();
}

}  // namespace

RunResult run_burst(const BurstPlan& plan, RunProgress& progress, const std::stop_token& stop) {
  RunResult result;
  result.shots.resize(plan.requests);
  for (std::uint32_t seq = 0; seq < plan.requests; ++seq) result.shots[seq].seq = seq;
  const auto begin_ns = now_ns();
  ReleaseBarrier barrier(plan.threads, progress, stop, plan.start_ns);
  std::vector<Share> shares(static_cast<std::size_t>(plan.threads));
  {
    std::vector<std::jthread> threads;
    threads.reserve(shares.size());
    for (int i = 0; i < plan.threads; ++i) {
      threads.emplace_back(
          [&, i] { run_thread(plan, result.shots, i, barrier, progress, stop, shares[static_cast<std::size_t>(i)]); });
    }
  }
  progress.phase.store(RunProgress::Phase::kDone);
  result.released = barrier.released();
  result.release_ns = barrier.release_ns();
  result.late_ns = barrier.late_ns();
  for (auto& share : shares) {
    add(share.trouble, result.trouble);
    if (!plan.cold) result.opening_ns = std::max(result.opening_ns, share.ready_ns - begin_ns);
    result.syn_retransmits += share.syn_retransmits;
    std::ranges::move(share.repeated, std::back_inserter(result.shots));
    if (result.released) result.threads.push_back(std::move(share.health));
  }
  if (result.shots.size() > plan.requests) sort_shots(result.shots);
  result.planned = plan.requests;
  return result;
}

}  // namespace coupon::load
