#include "integration/service/shop.hpp"

#include <stdexcept>
#include <utility>

namespace coupon::test {

std::vector<EngineChoice> engine_choices() {
  return {{"Sqlite", [](const std::string& folder) { return "sqlite:" + folder + "/coupon.db"; }}};
}

ServiceShop::ServiceShop(const EngineChoice& choice) {
  profile::EngineConfig config;
  config.store = choice.store(folder_.path());
  engines_ = must(profile::Engines::open(config, clock_, metrics_));
  gate_ = engines_->gate(executor_);
  bench_ = another_bench();
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
  return reply.decisions.at(0).outcome;
}

int ServiceShop::issue_many(const CouponCode& code, const std::string& prefix, int count) {
  int granted = 0;
  for (int i = 0; i < count; ++i) granted += issue(code, prefix + std::to_string(i)) == Outcome::kGranted ? 1 : 0;
  return granted;
}

GateStatus ServiceShop::status(const CouponCode& code) { return must(backend().gate.status(code)); }
Counts ServiceShop::counts(const CouponCode& code) { return must(engines_->ledger().counts(code)); }
void ServiceShop::persist() { must(service::drain_all(backend())); }

}  // namespace coupon::test
