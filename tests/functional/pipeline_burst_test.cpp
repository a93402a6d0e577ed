// Many ask at once, on servers.

#include <gtest/gtest.h>

#include "functional/pipeline.hpp"
#include "functional/pipeline_crowd.hpp"
#include "functional/pipeline_truth.hpp"

namespace coupon::test {

TEST(PipelineBurst, of_two_thousand_for_a_hundred_places_passes_and_leaves_a_hundred_rows) {
  Pipeline pipeline;
  pipeline.create(100);
  pipeline.work();
  const auto& service = pipeline.serve();
  // How long anything took is not judged: the machine is shared.
  const auto done = run({program("couponload"), "burst", service.url(), "--code", kCode, "-u", "2000", "--max-lag",
                         "1m", "--max-run-delay", "100", "--settle", "50s"});
  EXPECT_EQ(done.code, 0) << done.out << done.err;
  EXPECT_NE(done.out.find("VERDICT pass: 100 issued, 1,900 sold out, 0 errors"), std::string::npos) << done.out;
  expect_settled(pipeline);
  EXPECT_EQ(pipeline.number("SELECT COUNT(*) FROM issues WHERE state = 'ISSUED'"), 100);
  EXPECT_EQ(pipeline.number("SELECT COUNT(DISTINCT user_id) FROM issues"), 100);
  EXPECT_EQ(pipeline.number("SELECT COUNT(*) FROM failed_coupon_issues"), 0);
  EXPECT_EQ(held_in_gate(pipeline).size(), 100U);
  const auto planned = pipeline.ctl({"reconcile", "--plan"});
  EXPECT_EQ(planned.code, 0) << planned.out << planned.err;
}

TEST(PipelineBurst, over_two_services_and_two_workers_is_exact) {
  constexpr int kQuota = 2'000;
  constexpr int kThreads = 20;
  Pipeline pipeline;
  pipeline.create(kQuota);
  for (int i = 0; i < 2; ++i) pipeline.work();
  auto& first = pipeline.serve();
  auto& second = pipeline.serve();
  PatientCrowd crowd({.ports = {first.port(), second.port()}, .threads = kThreads, .asks = 250});
  const auto& told = crowd.join();
  EXPECT_EQ(told.issued.size() + told.pending.size(), static_cast<std::size_t>(kQuota));
  EXPECT_EQ(told.refused.size(), 5'000U - kQuota);
  expect_truth(pipeline, kQuota, told);
  EXPECT_EQ(live_rows(pipeline).size(), static_cast<std::size_t>(kQuota));
  EXPECT_GT(first.metric(R"(issue_answers_total{outcome="granted"})"), 0);
  EXPECT_GT(second.metric(R"(issue_answers_total{outcome="granted"})"), 0);
}

TEST(PipelineBurst, never_gives_more_than_the_highest_quota_while_it_goes_up_and_down) {
  Pipeline pipeline;
  pipeline.create(200);
  pipeline.work();
  const auto& service = pipeline.serve();
  PatientCrowd crowd({.ports = {service.port()}, .asks = 250});
  const auto change = [&](int answered, const std::vector<std::string>& command) {
    EXPECT_TRUE(eventually([&] { return crowd.answered() >= answered; }));
    return pipeline.ctl_json(command)["quota"].get<std::int64_t>();
  };
  EXPECT_EQ(change(50, {"stock", "top-up", kCode, "--by", "100"}), 300);
  EXPECT_EQ(change(100, {"stock", "top-up", kCode, "--by", "300"}), 600);
  const auto reduced = change(250, {"stock", "reduce", kCode, "--to", "1"});
  EXPECT_GE(reduced, 200);
  EXPECT_LE(reduced, 600);
  EXPECT_EQ(change(300, {"stock", "top-up", kCode, "--by", "50"}), reduced + 50);
  Told told = crowd.join();
  PatientCrowd rest({.ports = {service.port()}, .prefix = "rest"});
  told.add(rest.join());
  expect_truth(pipeline, reduced + 50, told);
  EXPECT_EQ(static_cast<std::int64_t>(live_rows(pipeline).size()), reduced + 50);
}

}  // namespace coupon::test
