#pragma once
// Where a test's engines are: a file, or servers. What it made there goes away with it.

#include <memory>
#include <vector>

#include "profile/config.hpp"

namespace coupon::test {

class Site {
 public:
  virtual ~Site() = default;
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  [[nodiscard]] const profile::EngineConfig& config() const { return config_; }

 protected:
  Site() = default;
  profile::EngineConfig config_;
};

/// Makes a new, empty site for a test; throws when it cannot.
struct EngineChoice {
  const char* name;
  std::unique_ptr<Site> (*make)();
};

/// Every set of engines that the suites run over.
[[nodiscard]] std::vector<EngineChoice> engine_choices();

}  // namespace coupon::test
