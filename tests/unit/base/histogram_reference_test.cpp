// Compares with HdrHistogram's Java implementation, run on tests/support/HistogramReference.java.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/histogram.hpp"
#include "unit/base/histogram_samples.hpp"

namespace coupon::base {
namespace {

using Json = nlohmann::json;

constexpr const char* kJar = COUPON_HISTOGRAM_JAR;
constexpr const char* kSource = COUPON_HISTOGRAM_REFERENCE;

int shell(const std::string& command) { return std::system(command.c_str()); }

class HistogramReference : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kJar)) {
      GTEST_SKIP() << kJar << " is missing: apt-get install libhdrhistogram-java";
    }
    if (shell("java --describe-module jdk.compiler > /dev/null 2>&1") != 0) {
      GTEST_SKIP() << "no java that runs a source file: apt-get install openjdk-17-jdk-headless";
    }
    std::string name = (std::filesystem::temp_directory_path() / "histogram-reference-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }

  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  // One answer of the reference for each line asked.
  [[nodiscard]] std::vector<Json> ask(const std::vector<std::string>& lines) const {
    {
      std::ofstream in(folder_ / "in");
      for (const auto& line : lines) in << line << '\n';
    }
    const auto quoted = [](const std::filesystem::path& path) { return " '" + path.string() + "'"; };
    const auto code = shell("java -cp" + quoted(kJar) + quoted(kSource) + " <" + quoted(folder_ / "in") + " >" +
                            quoted(folder_ / "out"));
    EXPECT_EQ(code, 0) << "java failed, see its message above";
    std::vector<Json> answers;
    std::ifstream out(folder_ / "out");
    for (std::string line; std::getline(out, line);) answers.push_back(Json::parse(line));
    EXPECT_EQ(answers.size(), lines.size());
    return answers;
  }

 private:
  std::filesystem::path folder_;
};

void expect_same_rows(const Histogram& ours, const Json& iteration) {
  const auto rows = ours.percentile_rows(iteration["ticks"].get<int>());
  const auto& theirs = iteration["rows"];
  ASSERT_EQ(rows.size(), theirs.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].value, theirs[i][0].get<std::int64_t>()) << "row " << i;
    ASSERT_DOUBLE_EQ(rows[i].percentile, theirs[i][1].get<double>()) << "row " << i;
    ASSERT_EQ(rows[i].total_count, theirs[i][2].get<std::int64_t>()) << "row " << i;
  }
}

void expect_same(const Histogram& ours, const Json& theirs) {
  EXPECT_EQ(ours.lowest(), theirs["lowest"].get<std::int64_t>());
  EXPECT_EQ(ours.highest(), theirs["highest"].get<std::int64_t>());
  EXPECT_EQ(ours.digits(), theirs["digits"].get<int>());
  EXPECT_EQ(ours.count(), theirs["count"].get<std::int64_t>());
  EXPECT_EQ(ours.min(), theirs["min"].get<std::int64_t>());
  // Of an empty one that was decoded, the reference answers the width of a bucket.
  EXPECT_EQ(ours.max(), ours.count() == 0 ? 0 : theirs["max"].get<std::int64_t>());
  EXPECT_DOUBLE_EQ(ours.mean(), theirs["mean"].get<double>());
  EXPECT_DOUBLE_EQ(ours.stddev(), theirs["stddev"].get<double>());
  EXPECT_EQ(theirs["percentiles"].size(), 14U);
  for (const auto& pair : theirs["percentiles"]) {
    EXPECT_EQ(ours.percentile(pair[0].get<double>()), pair[1].get<std::int64_t>()) << pair[0];
  }
  EXPECT_EQ(theirs["iterations"].size(), 2U);
  for (const auto& iteration : theirs["iterations"]) expect_same_rows(ours, iteration);
}

std::string from_hex(const std::string& digits) {
  std::string out;
  for (std::size_t at = 0; at < digits.size(); at += 2) {
    out += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
  }
  return out;
}

// The reference's compressed encoding reads back to ours; its raw one is ours byte for byte.
void expect_same_encoding(const Histogram& ours, const Json& theirs) {
  const auto read = Histogram::decode(theirs["encoded"].get<std::string>());
  ASSERT_TRUE(read) << read.error().message;
  samples::expect_same(*read, ours);
  const auto raw = from_hex(theirs["raw"].get<std::string>());
  EXPECT_EQ(raw, ours.encode());
  EXPECT_TRUE(Histogram::decode(raw));
}

struct Case {
  std::string name;
  Histogram histogram;
  std::vector<std::int64_t> values;
};

std::vector<Case> cases(std::size_t count) {
  std::vector<Case> out;
  std::uint64_t seed = 100;
  for (const auto& layout : samples::layouts()) {
    for (const auto shape : samples::kShapes) {
      auto values = samples::values(layout, shape, count, ++seed);
      auto histogram = samples::recorded(layout, values);
      out.push_back({samples::name_of(layout) + ", shape " + std::to_string(static_cast<int>(shape)),
                     std::move(histogram), std::move(values)});
    }
  }
  return out;
}

TEST_F(HistogramReference, Reads_our_encoding_and_computes_the_same_from_it) {
  const auto all = cases(5000);
  std::vector<std::string> lines;
  lines.reserve(all.size());
  for (const auto& one : all) lines.push_back("decode " + one.histogram.encode_base64());
  const auto answers = ask(lines);
  ASSERT_EQ(answers.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(all[i].name);
    expect_same(all[i].histogram, answers[i]);
    expect_same_encoding(all[i].histogram, answers[i]);
  }
}

TEST_F(HistogramReference, Records_the_same_values_into_the_same_buckets) {
  const auto all = cases(500);
  std::vector<std::string> lines;
  lines.reserve(all.size());
  for (const auto& one : all) {
    auto line = "record " + std::to_string(one.histogram.lowest()) + " " + std::to_string(one.histogram.highest()) +
                " " + std::to_string(one.histogram.digits());
    for (const auto value : one.values) line += " " + std::to_string(value);
    lines.push_back(std::move(line));
  }
  const auto answers = ask(lines);
  ASSERT_EQ(answers.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(all[i].name);
    expect_same(all[i].histogram, answers[i]);
    expect_same_encoding(all[i].histogram, answers[i]);
  }
}

TEST_F(HistogramReference, Agrees_on_empty_ones_single_values_and_large_counts) {
  std::vector<Histogram> all;
  for (const auto& layout : samples::layouts()) {
    all.emplace_back(layout.lowest, layout.highest, layout.digits);
    for (const auto value : {std::int64_t{0}, layout.lowest, layout.highest / 2, layout.highest}) {
      all.push_back(samples::recorded(layout, {value}));
    }
    Histogram many(layout.lowest, layout.highest, layout.digits);
    for (int bit = 0; bit < 40; ++bit) many.record(layout.highest >> (bit % 20), std::int64_t{1} << bit);
    all.push_back(std::move(many));
  }
  std::vector<std::string> lines;
  lines.reserve(all.size());
  for (const auto& histogram : all) lines.push_back("decode " + histogram.encode_base64());
  const auto answers = ask(lines);
  ASSERT_EQ(answers.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(i);
    expect_same(all[i], answers[i]);
    expect_same_encoding(all[i], answers[i]);
  }
}

}  // namespace
}  // namespace coupon::base
