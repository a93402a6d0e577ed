#pragma once
// Engines, the use cases on them as one thread has them, and on servers the worker that these wait for.

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "integration/service/site.hpp"
#include "profile/engines.hpp"
#include "profile/workbench.hpp"
#include "profile/worker_parts.hpp"
#include "service/rebuild.hpp"

namespace coupon::test {

/// Fresh engines with some coupons; throws when anything that must work does not.
class ServiceShop {
 public:
  explicit ServiceShop(const EngineChoice& choice);

  [[nodiscard]] service::Backend& backend() { return bench_->backend(); }
  [[nodiscard]] profile::Engines& engines() { return *engines_; }
  /// For another thread.
  [[nodiscard]] std::unique_ptr<profile::Workbench> another_bench();
  [[nodiscard]] base::Metrics& metrics() { return metrics_; }

  CouponCode create(const std::string& code, std::int64_t quota);
  CouponCode seeded(const std::string& code, std::int64_t quota);
  /// As the service does it: the gate decides, and a grant that is not in the journal yet is published and confirmed.
  Outcome issue(const CouponCode& code, const std::string& member);
  /// How many of `count` new members were granted.
  int issue_many(const CouponCode& code, const std::string& prefix, int count);
  GateStatus status(const CouponCode& code);
  Counts counts(const CouponCode& code);
  /// What was issued is in the ledger; also what only the relay can still publish.
  void persist();

 private:
  void publish(const CouponCode& code, const Grant& grant, std::uint32_t epoch);
  void start_worker();

  base::SystemClock clock_;
  base::Metrics metrics_;
  std::unique_ptr<Site> site_;
  base::InlineExecutor executor_;
  std::unique_ptr<profile::Engines> engines_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<profile::Workbench> bench_;
  std::unique_ptr<profile::WorkerParts> parts_;
  std::unique_ptr<service::Worker> worker_;
  base::UlidGenerator ids_{clock_};
};

/// The value, or an exception with the error's message.
template <class T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace coupon::test
