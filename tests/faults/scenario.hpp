#pragma once
// Live traffic, the faults of a scenario, its end, and what it leaves for the table of ./dev faults: whatever the
// profile.

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "functional/pipeline_crowd.hpp"

namespace coupon::test {

/// Answers that meant "ask again", of all members together.
[[nodiscard]] std::int64_t told_later(const Told& told);

/// Writes the row of the test that runs: the names of what was broken, one for each time, what members were told, and
/// whether anything failed so far. To be called last.
void leave_row(const std::vector<std::string>& faults, const Told& told, const std::string& profile = "servers");

/// One scenario: start, begin(), faults, conclude(). One thread.
class Scenario {
 public:
  virtual ~Scenario() = default;
  Scenario(const Scenario&) = delete;
  Scenario& operator=(const Scenario&) = delete;

  /// Members ask all services from now on; returns once 50 were issued.
  void begin();
  /// One more member asks, beside the traffic; what it hears does not count as heard.
  [[nodiscard]] RawResponse ask(const std::string& member);
  /// Does what breaks something, and remembers its name for the table of scenarios.
  void fault(const std::string& name, const std::function<void()>& act);
  /// Waits until so many more members were issued a coupon: the service lives, whatever happened.
  void expect_grants(int more = 50);
  [[nodiscard]] int issued() const { return crowd_ ? crowd_->issued() : 0; }
  /// Ends the traffic of now and starts it anew, at the services that are there now.
  void ask_the_others();

  /// Expects 50 more grants, or, where it sells out, waits until it is `sold_out`; ends the traffic, and judges I1-I6
  /// once nothing is on its way any more (within 30 s). `lost`: the gate lost what only it knew, so that a 202 may have
  /// come to nothing.
  struct End {
    bool lost = false;
    bool sold_out = false;
    bool revoked = false;  ///< an operator took grants back, some of which had been answered with 200
  };
  void conclude(End end = {false, false, false});
  /// What members were told who asked beside the crowd, or instead of it, in requests that a scenario counts itself.
  void hear(const Told& told) { told_.add(told); }
  /// What members were told, in numbers; after conclude().
  [[nodiscard]] std::string figures() const;

 protected:
  /// `may_be_told`: more final answers, "STATUS CODE", that are no mistake here.
  Scenario(std::string profile, std::set<std::string> may_be_told);
  /// To be called first in the destructor of a profile: the traffic ends before the programs do.
  void over();
  static void show_log(const char* program, const std::string& log);

  [[nodiscard]] virtual std::vector<std::uint16_t> ports() const = 0;
  virtual void judge(const Told& told, bool lost) = 0;
  /// Makes those unsure whose grant has a revoked row: I3 is kept, and they hold nothing any more.
  virtual void forgive_revoked(Told& /*told*/) {}
  virtual void show_logs() = 0;

 private:
  void start_crowd();

  std::string profile_;
  std::set<std::string> may_be_told_;
  std::unique_ptr<PatientCrowd> crowd_;
  int crowds_ = 0;
  Told told_;
  std::vector<std::string> faults_;
  bool concluded_ = false;
};

}  // namespace coupon::test
