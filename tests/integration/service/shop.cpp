#include "integration/service/shop.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include "coupon/event.hpp"
#include "service/relay.hpp"

namespace coupon::test {

namespace {
constexpr std::int64_t kPollMs = 20;
}

ServiceShop::ServiceShop(const EngineChoice& choice) : site_(choice.make()) {
  engines_ = must(profile::Engines::open(site_->config(), clock_, metrics_));
  must(engines_->await());
  gate_ = engines_->gate(executor_);
  journal_ = engines_->journal(executor_);
  bench_ = another_bench();
  if (!engines_->embedded()) start_worker();
}

void ServiceShop::start_worker() {
  profile::WorkerPlan plan;
  plan.roles = {.persist = true, .relay = false, .rebuild = false, .reconcile = false};
  plan.poll_wait_ms = kPollMs;
  parts_ = must(profile::WorkerParts::open(*engines_, clock_, metrics_, plan));
  worker_ = std::make_unique<service::Worker>(parts_->loops(), service::WorkerConfig{});
}

std::unique_ptr<profile::Workbench> ServiceShop::another_bench() {
  return must(profile::Workbench::open(*engines_, clock_, metrics_));
}

CouponCode ServiceShop::create(const std::string& code, std::int64_t quota) {
  auto parsed = must(CouponCode::parse(code));
  must(engines_->ledger().create(Coupon{parsed, code, quota, CouponState::kOpen, {}, 1, 0, 1}));
  return parsed;
}

CouponCode ServiceShop::seeded(const std::string& code, std::int64_t quota) {
  auto parsed = create(code, quota);
  must(service::rebuild(backend(), parsed));
  return parsed;
}

Outcome ServiceShop::issue(const CouponCode& code, const std::string& member) {
  const Ask ask{must(MemberId::parse(member)), ids_.next(), 0};
  const auto reply =
      must(base::wait<IssueReply>([&](auto done) { gate_->issue(code, std::vector{ask}, std::move(done)); }));
  const auto& decision = reply.decisions.at(0);
  if (decision.outcome == Outcome::kGranted && decision.held->pending) {
    publish(code, decision.held->grant, reply.epoch);
  }
  return decision.outcome;
}

void ServiceShop::publish(const CouponCode& code, const Grant& grant, std::uint32_t epoch) {
  const auto acknowledged = must(base::wait<std::vector<bool>>(
      [&](auto done) { journal_->append({encode(make_event(code, grant, epoch))}, std::move(done)); }));
  if (!acknowledged.at(0)) throw std::runtime_error("the journal did not acknowledge a record");
  // Not confirmed: fenced meanwhile, and the relay's.
  must(base::wait<std::vector<bool>>(
      [&](auto done) { gate_->confirm(code, epoch, {{grant.member, grant.id}}, std::move(done)); }));
}

int ServiceShop::issue_many(const CouponCode& code, const std::string& prefix, int count) {
  int granted = 0;
  for (int i = 0; i < count; ++i) granted += issue(code, prefix + std::to_string(i)) == Outcome::kGranted ? 1 : 0;
  return granted;
}

GateStatus ServiceShop::status(const CouponCode& code) { return must(backend().gate.status(code)); }
Counts ServiceShop::counts(const CouponCode& code) { return must(engines_->ledger().counts(code)); }

void ServiceShop::persist() {
  service::Relay relay(*gate_, *journal_, engines_->ledger(), {}, metrics_);
  must(relay.pass());
  must(service::drain_all(backend()));
}

}  // namespace coupon::test
