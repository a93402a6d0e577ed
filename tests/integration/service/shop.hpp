#pragma once
// Engines by URL, and the use cases on them as one thread has them.

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "profile/engines.hpp"
#include "profile/workbench.hpp"
#include "service/rebuild.hpp"
#include "support/temp_folder.hpp"

namespace coupon::test {

/// A thing that makes new, empty engines for a test.
struct EngineChoice {
  const char* name;
  /// The URL of a store in `folder`.
  std::string (*store)(const std::string& folder);
};

/// Every set of engines that the suites run over.
[[nodiscard]] std::vector<EngineChoice> engine_choices();

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
  Outcome issue(const CouponCode& code, const std::string& member);
  /// How many of `count` new members were granted.
  int issue_many(const CouponCode& code, const std::string& prefix, int count);
  GateStatus status(const CouponCode& code);
  Counts counts(const CouponCode& code);
  void persist();

 private:
  base::SystemClock clock_;
  base::Metrics metrics_;
  TempFolder folder_;
  base::InlineExecutor executor_;
  std::unique_ptr<profile::Engines> engines_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<profile::Workbench> bench_;
  base::UlidGenerator ids_{clock_};
};

/// The value, or an exception with the error's message.
template <class T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace coupon::test
