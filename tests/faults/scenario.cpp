#include "faults/scenario.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "functional/programs.hpp"

namespace coupon::test {

std::int64_t told_later(const Told& told) {
  std::int64_t sum = 0;
  for (const auto& [code, count] : told.later) sum += count;
  return sum;
}

void leave_row(const std::vector<std::string>& faults, const Told& told, const std::string& profile) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const auto later = told_later(told);
  const auto heard = told.issued.size() + told.pending.size() + told.refused.size();
  const nlohmann::json row{{"profile", profile},
                           {"scenario", test->name()},
                           {"faults", faults},
                           {"requests", static_cast<std::int64_t>(heard + told.unsure.size()) + later},
                           {"issued", told.issued.size()},
                           {"pending", told.pending.size()},
                           {"sold_out", told.refused.size()},
                           {"unsure", told.unsure.size()},
                           {"told_later", later},
                           {"holds", !testing::Test::HasFailure()}};
  std::filesystem::create_directories(COUPON_FAULTS_FOLDER);
  std::ofstream out(std::string(COUPON_FAULTS_FOLDER) + "/" + profile + "." + test->name() + ".json", std::ios::trunc);
  out << row.dump() << '\n';
  EXPECT_TRUE(out.good()) << "the scenario's row could not be written";
}

Scenario::Scenario(std::string profile, std::set<std::string> may_be_told)
    : profile_(std::move(profile)), may_be_told_(std::move(may_be_told)) {}

void Scenario::over() {
  crowd_.reset();
  EXPECT_TRUE(concluded_ || testing::Test::HasFailure()) << "a scenario without an end";
}

void Scenario::start_crowd() {
  CrowdPlan plan;
  plan.ports = ports();
  plan.prefix = "m" + std::to_string(++crowds_) + "-";
  crowd_ = std::make_unique<PatientCrowd>(std::move(plan));
}

void Scenario::begin() {
  start_crowd();
  expect_grants();
}

void Scenario::ask_the_others() {
  crowd_->stop();
  told_.add(crowd_->join());
  start_crowd();
}

RawResponse Scenario::ask(const std::string& member) {
  told_.unsure.insert(member);
  return http_call(ports().at(0), "POST", "/api/v1/coupons/issue", issue_body(kCode, member),
                   {"Idempotency-Key: " + member});
}

void Scenario::fault(const std::string& name, const std::function<void()>& act) {
  faults_.push_back(name);
  act();
}

void Scenario::expect_grants(int more) {
  const auto before = crowd_->issued();
  EXPECT_TRUE(eventually([&] { return crowd_->issued() >= before + more; }))
      << crowd_->issued() - before << " of " << more << " were issued";
}

void Scenario::conclude(End end) {
  if (crowd_ && !end.sold_out) {
    expect_grants();
    crowd_->stop();
  }
  if (crowd_) told_.add(crowd_->join());
  if (end.revoked) forgive_revoked(told_);
  for (const auto& answer : may_be_told_) told_.others.erase(answer);
  judge(told_, end.lost);
  leave_row(faults_, told_, profile_);
  if (testing::Test::HasFailure()) show_logs();
  concluded_ = true;
}

std::string Scenario::figures() const {
  return fmt::format("{} issued, {} pending, {} sold out, {} unsure, {} told later", told_.issued.size(),
                     told_.pending.size(), told_.refused.size(), told_.unsure.size(), told_later(told_));
}

void Scenario::show_log(const char* program, const std::string& log) {
  constexpr std::size_t kShown = 4'000;
  std::cerr << "--- " << program << '\n' << log.substr(log.size() > kShown ? log.size() - kShown : 0);
}

}  // namespace coupon::test
