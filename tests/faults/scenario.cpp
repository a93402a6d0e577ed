#include "faults/scenario.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace coupon::test {

std::int64_t told_later(const Told& told) {
  std::int64_t sum = 0;
  for (const auto& [code, count] : told.later) sum += count;
  return sum;
}

void leave_row(const std::vector<std::string>& faults, const Told& told) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const auto later = told_later(told);
  const auto heard = told.issued.size() + told.pending.size() + told.refused.size();
  const nlohmann::json row{{"scenario", test->name()},
                           {"faults", faults},
                           {"requests", static_cast<std::int64_t>(heard + told.unsure.size()) + later},
                           {"issued", told.issued.size()},
                           {"pending", told.pending.size()},
                           {"sold_out", told.refused.size()},
                           {"unsure", told.unsure.size()},
                           {"told_later", later},
                           {"holds", !testing::Test::HasFailure()}};
  std::filesystem::create_directories(COUPON_FAULTS_FOLDER);
  std::ofstream out(std::string(COUPON_FAULTS_FOLDER) + "/" + test->name() + ".json", std::ios::trunc);
  out << row.dump() << '\n';
  EXPECT_TRUE(out.good()) << "the scenario's row could not be written";
}

}  // namespace coupon::test
