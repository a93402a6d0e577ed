#pragma once
// The parts of an examination, one per subject; used by doctor.cpp only.

#include <string>
#include <utility>
#include <vector>

#include "doctor/doctor.hpp"
#include "profile/servers.hpp"

namespace coupon::doctor {

/// Between this host's clock and a server's.
inline constexpr std::int64_t kSkewMaxMs = 1'000;

/// Collects the checks of one subject.
class Findings {
 public:
  Findings(std::vector<Check>& all, std::string subject) : all_(all), subject_(std::move(subject)) {}

  void good(std::string name, std::string found) { add(std::move(name), Verdict::kGood, std::move(found), {}); }
  void add(std::string name, Verdict verdict, std::string found, std::string remedy) {
    all_.push_back({subject_, std::move(name), verdict, std::move(found), std::move(remedy)});
  }
  /// Good when `holds`, else `otherwise` with the remedy.
  void expect(std::string name, bool holds, std::string found, Verdict otherwise, std::string remedy) {
    add(std::move(name), holds ? Verdict::kGood : otherwise, std::move(found),
        holds ? std::string() : std::move(remedy));
  }

 private:
  std::vector<Check>& all_;
  std::string subject_;
};

void examine_host(std::vector<Check>& all);
void examine_store(const profile::EngineConfig& config, std::vector<Check>& all);
void examine_redis(const profile::Servers& servers, std::vector<Check>& all);
void examine_kafka(const profile::Servers& servers, std::vector<Check>& all);
void examine_mysql(const profile::Servers& servers, std::vector<Check>& all);

}  // namespace coupon::doctor
