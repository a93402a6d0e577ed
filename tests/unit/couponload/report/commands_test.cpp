#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/process.hpp"
#include "unit/couponload/report/samples.hpp"

namespace coupon::load::test {

using testing::HasSubstr;

namespace {

class Commands : public testing::Test {
 protected:
  static coupon::test::Finished couponload(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), COUPONLOAD_BINARY);
    return coupon::test::run(std::move(arguments));
  }
  std::string result(const char* name) {
    const auto path = folder_.file(name);
    coupon::test::write_file(path, render_json(rich_report()));
    return path;
  }
  coupon::test::TempFolder folder_;
};

}  // namespace

TEST_F(Commands, Report_writes_every_form) {
  const auto run = result("run.json");
  EXPECT_EQ(couponload({"report", run}).out, render_table(rich_report()));
  EXPECT_EQ(couponload({"report", run, "--format", "json"}).out, coupon::test::read_file(run));
  for (const auto* format : {"hgrm", "hlog", "csv", "series-csv", "html", "junit"}) {
    const auto done = couponload({"report", run, "--format", format, "--out", folder_.file(format)});
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_EQ(done.out, "");
    EXPECT_GT(coupon::test::read_file(folder_.file(format)).size(), 100U);
  }
}

TEST_F(Commands, Report_of_no_result_ends_with_2_and_says_why) {
  coupon::test::write_file(folder_.file("x"), "{}");
  const auto done = couponload({"report", folder_.file("x")});
  EXPECT_EQ(done.code, 2);
  EXPECT_THAT(done.err, HasSubstr("no couponload.run/1 result"));
  EXPECT_EQ(couponload({"report", folder_.file("none")}).code, 2);
  EXPECT_EQ(couponload({"report", result("a"), "--format", "pdf"}).code, 2);
  EXPECT_EQ(couponload({"report", result("a"), "--class", "lucky"}).code, 2);
  EXPECT_EQ(couponload({"report", result("a"), "--out", "/no/such/folder/x"}).code, 1);
}

TEST_F(Commands, Schema_prints_the_schema) {
  const auto done = couponload({"schema"});
  EXPECT_EQ(done.code, 0);
  EXPECT_EQ(nlohmann::json::parse(done.out).at("title"), "couponload.run/1");
}

TEST_F(Commands, Compare_of_single_runs_ends_with_6) {
  const auto done = couponload({"compare", result("a"), result("b")});
  EXPECT_EQ(done.code, 6);
  EXPECT_THAT(done.out, HasSubstr("ratios only"));
  EXPECT_EQ(couponload({"compare", result("a"), result("b"), "--band", "x"}).code, 2);
  EXPECT_EQ(couponload({"compare", result("a"), folder_.file("none")}).code, 2);
}

TEST_F(Commands, Merge_of_what_does_not_fit_ends_with_2) {
  const auto done = couponload({"merge", result("a"), result("b"), "-o", folder_.file("out")});
  EXPECT_EQ(done.code, 2);
  EXPECT_THAT(done.err, HasSubstr("give every shard once"));
}

TEST_F(Commands, Show_examples) {
  for (const auto* command : {"report", "compare", "merge", "schema"}) {
    const auto done = couponload({command, "--help"});
    EXPECT_EQ(done.code, 0);
    EXPECT_THAT(done.out, HasSubstr("Examples:"));
  }
}

}  // namespace coupon::load::test
