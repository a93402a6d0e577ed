#include "functional/pipeline_truth.hpp"

#include <gtest/gtest.h>
#include <sstream>
#include <utility>

namespace coupon::test {

namespace {

// Dead letters that may become rows at any moment, without anybody's help.
std::int64_t retrying(const Pipeline& pipeline) {
  return pipeline.number("SELECT COUNT(*) FROM failed_coupon_issues WHERE state = 'RETRYING'");
}

Ctl ctl_of(const Pipeline& pipeline) {
  return [&pipeline](std::vector<std::string> arguments) { return pipeline.ctl(std::move(arguments)); };
}

}  // namespace

std::map<std::string, Row> live_rows(const Pipeline& pipeline) { return live_rows(ctl_of(pipeline)); }

std::map<std::string, std::string> held_in_gate(const Pipeline& pipeline) {
  std::map<std::string, std::string> held;
  std::istringstream lines(pipeline.redis({"HGETALL", "c:{" + std::string(kCode) + "}:g"}));
  for (std::string member, value; std::getline(lines, member) && std::getline(lines, value);) {
    held[member] = value.substr(0, value.find(' '));
  }
  return held;
}

void expect_settled(const Pipeline& pipeline) {
  EXPECT_TRUE(eventually([&] {
    const auto stock = pipeline.stock();
    return stock["gate"] == "serving" && stock["pending"] == 0 && pipeline.lag() == 0 && retrying(pipeline) == 0;
  })) << pipeline.stock()
      << " lag " << pipeline.lag();
}

void expect_truth(const Pipeline& pipeline, std::int64_t quota, const Told& told, bool lost) {
  expect_settled(pipeline);
  const auto ctl = ctl_of(pipeline);
  expect_promises(read_books(ctl, held_in_gate(pipeline)), quota, told, lost);
  expect_nothing_to_reconcile(ctl);
}

}  // namespace coupon::test
