#include "couponload/burst/burst.hpp"

#include <boost/asio/post.hpp>
#include <functional>
#include <thread>

#include "couponload/burst/asker.hpp"
#include "couponload/burst/heartbeat.hpp"
#include "couponload/burst/opener.hpp"
#include "couponload/burst/release_barrier.hpp"
#include "couponload/burst/schedstat.hpp"

namespace coupon::load {

namespace {

constexpr const char* kLost =
    "the server ended connections before they were asked; is it full, or does it close after one answer (--no-prime)?";

// What one thread hands back.
struct Share {
  ThreadHealth health;
  OpenTrouble trouble;
  std::int64_t syn_retransmits = 0;
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
         ThreadHealth& health) {
  asker.arm();
  if (!barrier.wait()) return;
  const auto delay_before = run_delay_ns();
  Heartbeat heartbeat(io);
  heartbeat.start(barrier.release_ns());
  asker.release(stop);
  asker.wait(stop);
  const auto end = now_ns();
  heartbeat.stop(end);
  const auto delay_after = run_delay_ns();
  health.lag = heartbeat.lag();
  health.wall_ns = end - barrier.release_ns();
  if (delay_before && delay_after) health.run_delay_ns = *delay_after - *delay_before;
  io.poll();  // runs what was cancelled while everything it refers to still lives
}

void run_thread(const BurstPlan& plan, std::vector<Shot>& shots, int index, ReleaseBarrier& barrier,
                BurstProgress& progress, const std::stop_token& stop, Share& share) {
  boost::asio::io_context io(1);
  const std::stop_callback wake(stop, [&io] { boost::asio::post(io, [] {}); });
  const auto work = boost::asio::make_work_guard(io);
  auto connections = make_connections(io, shots, index, plan.threads);
  Opener opener(io, plan, connections, progress);
  opener.run(stop);
  share.trouble = opener.trouble();
  share.syn_retransmits = opener.syn_retransmits();
  Asker asker(io, plan, connections);
  ask(io, asker, barrier, stop, share.health);
  if (asker.lost() > 0 && share.trouble.first.empty()) share.trouble.first = kLost;
  for (auto& connection : connections) reset(connection);
  io.poll();
}

void add(const OpenTrouble& trouble, OpenTrouble& sum) {
  sum.failed += trouble.failed;
  sum.out_of_descriptors += trouble.out_of_descriptors;
  sum.out_of_ports += trouble.out_of_ports;
  if (sum.first.empty()) sum.first = trouble.first;
}

}  // namespace

BurstResult run_burst(const BurstPlan& plan, BurstProgress& progress, const std::stop_token& stop) {
  BurstResult result;
  result.shots.resize(plan.requests);
  for (std::uint32_t seq = 0; seq < plan.requests; ++seq) result.shots[seq].seq = seq;
  ReleaseBarrier barrier(plan.threads, progress, stop);
  std::vector<Share> shares(static_cast<std::size_t>(plan.threads));
  {
    std::vector<std::jthread> threads;
    threads.reserve(shares.size());
    for (int i = 0; i < plan.threads; ++i) {
      threads.emplace_back(
          [&, i] { run_thread(plan, result.shots, i, barrier, progress, stop, shares[static_cast<std::size_t>(i)]); });
    }
  }
  progress.phase.store(BurstProgress::Phase::kDone);
  result.released = barrier.released();
  result.release_ns = barrier.release_ns();
  for (auto& share : shares) {
    add(share.trouble, result.trouble);
    result.syn_retransmits += share.syn_retransmits;
    if (result.released) result.threads.push_back(std::move(share.health));
  }
  return result;
}

}  // namespace coupon::load
