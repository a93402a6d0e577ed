#include "profile/worker_parts.hpp"

#include <utility>

namespace coupon::profile {

using base::Result;

Result<std::unique_ptr<WorkerParts>> WorkerParts::open(Engines& engines, const base::Clock& clock,
                                                       base::Metrics& metrics, const WorkerPlan& plan) {
  std::unique_ptr<WorkerParts> parts(new WorkerParts(plan));
  if (plan.roles.persist) {
    auto reader = engines.reader();
    if (!reader) return std::unexpected(reader.error());
    parts->reader_ = std::move(*reader);
    parts->open_voice(parts->persist_voice_, engines);
    parts->persister_.emplace(*parts->reader_, engines.ledger(), plan.persist, metrics, parts->persist_voice_.get());
  }
  if (plan.roles.dlt) {
    parts->open_voice(parts->dlt_voice_, engines);
    parts->retrier_.emplace(engines.ledger(), parts->dlt_voice_.get(), clock, plan.dlt, metrics);
  }
  if (plan.roles.relay) {
    parts->journal_ = engines.journal(parts->executor_);
    parts->gate_ = engines.gate(parts->executor_);
    parts->relay_.emplace(*parts->gate_, *parts->journal_, engines.ledger(), plan.relay, metrics);
  }
  if (plan.roles.rebuild) COUPON_TRY(parts->open_keeper(parts->rebuild_, engines, clock, metrics));
  if (plan.roles.reconcile) COUPON_TRY(parts->open_keeper(parts->reconcile_, engines, clock, metrics));
  return parts;
}

void WorkerParts::open_voice(Voice& voice, Engines& engines) {
  voice.issued = engines.journal(executor_, Stream::kIssued);
  voice.dead = engines.journal(executor_, Stream::kDead);
  if (voice.issued && voice.dead) voice.announcer.emplace(*voice.issued, *voice.dead);
}

Result<> WorkerParts::open_keeper(Kept& kept, Engines& engines, const base::Clock& clock,
                                  base::Metrics& metrics) const {
  auto bench = Workbench::open(engines, clock, metrics);
  if (!bench) return std::unexpected(bench.error());
  kept.bench = std::move(*bench);
  kept.keeper.emplace(kept.bench->backend(), plan_.keeper, metrics);
  return {};
}

service::WorkerLoop WorkerParts::persist_loop() {
  return {"persist", 0,
          [this]() -> Result<bool> {
            const auto pass = persister_->pass(plan_.poll_wait_ms);
            if (!pass) return std::unexpected(pass.error());
            return true;
          },
          [this] { return persister_->trouble(); }, [this] { return persister_->finish(); }};
}

std::vector<service::WorkerLoop> WorkerParts::loops() {
  std::vector<service::WorkerLoop> loops;
  if (persister_) loops.push_back(persist_loop());
  const auto add = [&loops](std::string name, std::int64_t interval_ms, auto pass) {
    loops.push_back({std::move(name), interval_ms, [pass]() -> Result<bool> {
                       const auto done = pass();
                       if (!done) return std::unexpected(done.error());
                       return false;
                     }});
  };
  if (relay_) add("relay", plan_.relay_interval_ms, [this] { return relay_->pass(); });
  if (retrier_) {
    loops.push_back({"dlt", plan_.dlt_interval_ms, [this] { return retrier_->pass(); }});
  }
  if (rebuild_.keeper) add("rebuild", plan_.rebuild_interval_ms, [this] { return rebuild_.keeper->rebuild_fenced(); });
  if (reconcile_.keeper) {
    add("reconcile", plan_.reconcile_interval_ms, [this] { return reconcile_.keeper->reconcile_all(); });
  }
  return loops;
}

}  // namespace coupon::profile
