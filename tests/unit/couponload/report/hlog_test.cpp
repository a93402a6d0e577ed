// Compares with HdrHistogram's Java implementation, run on tests/support/HistogramReference.java.

#include "couponload/report/hlog.hpp"

#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>

#include "couponload/report/hgrm.hpp"
#include "couponload/report/render.hpp"
#include "support/process.hpp"
#include "unit/couponload/report/samples.hpp"

namespace coupon::load::test {

using nlohmann::json;
using testing::HasSubstr;

namespace {

RunDocument two_repeats() {
  auto document = new_document({});
  for (const std::uint32_t count : {500U, 2'000U}) {
    auto report = report_of(many(count));
    report.started_ms += count * 10;
    document.repeats.push_back(make_repeat(report));
  }
  conclude(document);
  return document;
}

class Reference : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(COUPON_HISTOGRAM_JAR)) {
      GTEST_SKIP() << COUPON_HISTOGRAM_JAR << " is missing: apt-get install libhdrhistogram-java";
    }
    if (std::system("java --describe-module jdk.compiler > /dev/null 2>&1") != 0) {
      GTEST_SKIP() << "no java that runs a source file: apt-get install openjdk-17-jdk-headless";
    }
  }

  json ask(const std::string& line) {
    coupon::test::write_file(folder_.file("in"), line + '\n');
    const auto command = std::string("java -cp '") + COUPON_HISTOGRAM_JAR + "' '" + COUPON_HISTOGRAM_REFERENCE +
                         "' < '" + folder_.file("in") + "'";
    const auto done = coupon::test::run({"sh", "-c", command});
    EXPECT_EQ(done.code, 0) << done.err;
    return json::parse(done.out);
  }

  coupon::test::TempFolder folder_;
};

void expect_same(const base::Histogram& ours, const json& theirs) {
  EXPECT_EQ(ours.count(), theirs.at("count").get<std::int64_t>());
  for (const auto& pair : theirs.at("percentiles")) {
    EXPECT_EQ(ours.percentile(pair.at(0).get<double>()), pair.at(1).get<std::int64_t>()) << pair;
  }
}

}  // namespace

TEST_F(Reference, Reads_our_log_and_finds_the_same_percentiles) {
  const auto document = two_repeats();
  coupon::test::write_file(folder_.file("run.hlog"), render_hlog(document, std::nullopt));
  const auto entries = ask("read-log " + folder_.file("run.hlog")).at("entries");
  ASSERT_EQ(entries.size(), 4U) << "issued and sold_out of two repeats";
  const auto& first = document.repeats.at(0);
  EXPECT_EQ(entries.at(0).at("tag"), "issued");
  expect_same(first.figures.classes.at(0).latency, entries.at(0));
  EXPECT_EQ(entries.at(0).at("start_ms"), first.started_ms);
  EXPECT_EQ(entries.at(2).at("start_ms"), document.repeats.at(1).started_ms);
  EXPECT_NEAR(entries.at(0).at("end_ms").get<double>() - entries.at(0).at("start_ms").get<double>(),
              static_cast<double>(first.figures.last_answer_ns) / 1e6, 1);
  EXPECT_EQ(entries.at(3).at("tag"), "sold_out");
  expect_same(document.repeats.at(1).figures.classes.at(3).latency, entries.at(3));
}

TEST_F(Reference, Writes_a_log_that_we_read) {
  const auto path = folder_.file("theirs.hlog");
  const auto theirs = ask("write-log " + path + " issued 1000000 2000000 50000000 3000000000");
  const auto log = read_hlog(coupon::test::read_file(path));
  ASSERT_TRUE(log) << log.error().message;
  ASSERT_EQ(log->entries.size(), 1U);
  EXPECT_EQ(log->start_time_s, 0);
  EXPECT_EQ(log->entries.at(0).tag, "issued");
  EXPECT_DOUBLE_EQ(log->entries.at(0).start_s, 1);
  EXPECT_DOUBLE_EQ(log->entries.at(0).length_s, 2);
  expect_same(log->entries.at(0).values, theirs);
}

TEST_F(Reference, Prints_the_same_percentile_table) {
  const auto document = two_repeats();
  const auto& latency = document.repeats.at(1).figures.all.latency;
  const auto encoded = ask("table " + latency.encode_base64()).at("table").get<std::string>();
  coupon::test::write_file(folder_.file("table64"), encoded);
  const auto decoded = coupon::test::run({"base64", "-d", folder_.file("table64")});
  std::istringstream theirs(decoded.out);
  std::istringstream ours(percentile_table(latency, 1e6));
  std::string their_line;
  std::string our_line;
  int lines = 0;
  while (std::getline(theirs, their_line)) {
    ASSERT_TRUE(std::getline(ours, our_line));
    EXPECT_EQ(our_line, their_line);
    ++lines;
  }
  EXPECT_GT(lines, 20);
}

TEST(Hlog, Read_back_has_what_was_written) {
  const auto document = two_repeats();
  const auto log = read_hlog(render_hlog(document, std::nullopt)).value();
  ASSERT_EQ(log.entries.size(), 4U);
  EXPECT_DOUBLE_EQ(*log.start_time_s, static_cast<double>(document.repeats.at(0).started_ms) / 1e3);
  EXPECT_DOUBLE_EQ(log.entries.at(2).start_s, 15);
  EXPECT_EQ(log.entries.at(1).values.percentile(99),
            document.repeats.at(0).figures.classes.at(3).latency.percentile(99));
}

TEST(Hlog, Of_one_class_has_that_class_only) {
  const auto log = read_hlog(render_hlog(two_repeats(), Outcome::kSoldOut)).value();
  ASSERT_EQ(log.entries.size(), 2U);
  EXPECT_EQ(log.entries.at(0).tag, "sold_out");
}

TEST(Hlog, That_is_broken_names_the_line) {
  EXPECT_THAT(read_hlog("#[a]\n0.1,x,1.0,HIST\n").error().message, HasSubstr("line 2: start, length and maximum"));
  EXPECT_THAT(read_hlog("0.1,0.2,1.0,HIST!\n").error().message, HasSubstr("line 1: "));
  EXPECT_THAT(read_hlog("Tag=a\n").error().message, HasSubstr("line 1: "));
  EXPECT_TRUE(read_hlog("").value().entries.empty());
}

TEST(Hgrm, Has_a_table_each_repeat_in_ms) {
  const auto text = render_hgrm(two_repeats(), std::nullopt);
  EXPECT_THAT(text, HasSubstr("# repeat 2 of 2\n"));
  EXPECT_THAT(text, HasSubstr("Value     Percentile TotalCount 1/(1-Percentile)\n"));
  EXPECT_THAT(text, HasSubstr("Total count    =         2000]"));
  EXPECT_THAT(render_hgrm(two_repeats(), Outcome::kIssued), HasSubstr("Total count    =          200]"));
}

TEST(Hlog, Whose_histograms_would_take_too_much_memory_is_refused) {
  // A hundred bytes each, and more than 32 MiB of counts.
  const base::Histogram huge(1, std::int64_t{1} << 60, 5);
  ASSERT_GT(huge.bytes(), std::size_t{32} << 20);
  std::string text;
  for (int i = 0; i < 10; ++i) text += "0.1,0.2,1.0," + huge.encode_base64() + "\n";
  EXPECT_LT(text.size(), 2'000U);
  EXPECT_THAT(read_hlog(text).error().message, HasSubstr("more than 256 MiB"));
}

}  // namespace coupon::load::test
