#include "couponload/report/render.hpp"

#include <algorithm>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "support/process.hpp"
#include "unit/couponload/report/samples.hpp"

namespace coupon::load::test {

using testing::HasSubstr;
using testing::Not;

namespace {

RunDocument rich() { return make_document(rich_report()); }

std::size_t occurrences(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

}  // namespace

TEST(ReportFormat, Is_known_by_its_name) {
  EXPECT_EQ(parse_report_format("hgrm"), ReportFormat::kHgrm);
  EXPECT_EQ(parse_report_format("series-csv"), ReportFormat::kSeries);
  EXPECT_THAT(parse_report_format("pdf").error().message, HasSubstr("'pdf' must be table, json"));
}

TEST(Table, Of_rate_and_closed_says_what_was_asked_for) {
  Scenario scenario;
  scenario.code = "X";
  scenario.url = "http://shop";
  scenario.mode = "rate";
  scenario.rate_per_s = 2000;
  scenario.duration_ns = 30'000'000'000;
  scenario.connections = 1000;
  EXPECT_EQ(describe(scenario),
            "rate of 2000 requests/s for 30 s over 1,000 connections for X at http://shop, 1 thread");
  scenario.stages = "10s:1000,30s:5000";
  EXPECT_THAT(describe(scenario), HasSubstr("rate in stages 10s:1000,30s:5000 over"));
  scenario.mode = "closed";
  scenario.insecure = true;
  EXPECT_THAT(describe(scenario), HasSubstr("closed loop of 1,000 connections for 30 s"));
  EXPECT_THAT(describe(scenario), HasSubstr("NOT verified"));
}

TEST(Table, Shows_thresholds_with_what_was_measured) {
  const auto text = render_table(rich());
  EXPECT_THAT(text, HasSubstr("p(99) < 50ms  pass     4.500 ms"));
  EXPECT_THAT(text, HasSubstr("max < 1s      invalid  no samples"));
}

TEST(Table, And_html_say_which_limits_were_raised) {
  auto document = rich();
  EXPECT_THAT(render_table(document), Not(HasSubstr("limits raised")));
  document.repeats.front().validity.limits = {.lag_ns = 60'000'000'000, .run_delay_share = 1};
  EXPECT_THAT(render_table(document), HasSubstr("(limits raised: lag up to 60000 ms, without a core up to 100 %)"));
  EXPECT_THAT(render_html(document), HasSubstr("Limits were raised for this run: lag up to 60000 ms"));
}

TEST(Csv, Has_a_header_with_units_and_a_row_each_class_metric_and_percentile) {
  std::istringstream lines(render_csv(rich(), std::nullopt));
  std::string line;
  std::getline(lines, line);
  EXPECT_THAT(line, HasSubstr("repeat,class,metric,count,percentile,value_ns,enough_samples"));
  const auto commas = std::ranges::count(line, ',');
  int rows = 0;
  while (std::getline(lines, line)) {
    EXPECT_EQ(std::ranges::count(line, ','), commas) << line;
    ++rows;
  }
  // issued, sold_out and all, latency and service each, and skew: 7 figures each.
  EXPECT_EQ(rows, (3 * 2 + 1) * 7);
}

TEST(Csv, Of_one_class_has_that_class_only) {
  const auto text = render_csv(rich(), Outcome::kIssued);
  EXPECT_THAT(text, HasSubstr("1,issued,latency,3,50,"));
  EXPECT_THAT(text, Not(HasSubstr("sold_out")));
}

TEST(SeriesCsv, Has_a_row_each_interval) {
  const auto text = render_series_csv(make_document(report_of(many(100))));
  EXPECT_THAT(text, HasSubstr("repeat,start_ns,interval_ns,sent,issued,pending"));
  EXPECT_THAT(text, HasSubstr("\n1,10000000,10000000,20,"));
}

TEST(XmlEscape, Leaves_nothing_that_breaks_a_document) {
  EXPECT_EQ(xml_escape("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  EXPECT_EQ(xml_escape("쿠폰 \xF0\x9F\x8E\x9F"), "쿠폰 \xF0\x9F\x8E\x9F");
  EXPECT_EQ(xml_escape(std::string_view("a\0b\x1b", 4)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(xml_escape("\xff\xc3"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(xml_escape("\xED\xA0\x80").size(), 9U) << "a surrogate is no character";
  EXPECT_EQ(xml_escape("\xEF\xBF\xBF"), "\xEF\xBF\xBD");
}

TEST(Junit, Maps_every_status_and_counts_them) {
  auto report = rich_report();
  report.invariants = {
      {.name = "quota",
       .status = Judgement::kFail,
       .expected = "at most 3",
       .actual = "4",
       .examples = {"m4 was issued <x>"}},
      {.name = "fill", .status = Judgement::kInconclusive, .expected = {}, .actual = {}, .examples = {}},
      {.name = "ranks", .status = Judgement::kSkipped, .expected = {}, .actual = {}, .examples = {}},
      {.name = "once", .status = Judgement::kPass, .expected = {}, .actual = {}, .examples = {}}};
  report.validity.reasons = {"too slow"};
  const auto text = render_junit(make_document(report));
  EXPECT_THAT(text, HasSubstr("tests=\"9\" failures=\"2\" errors=\"3\" skipped=\"1\""));
  EXPECT_THAT(text,
              HasSubstr("<testcase classname=\"correctness\" name=\"quota\" time=\"0\">\n      <failure message="
                        "\"expected at most 3, actual 4\" type=\"correctness\">m4 was issued &lt;x&gt;</failure>"));
  EXPECT_THAT(text, HasSubstr("name=\"fill\" time=\"0\">\n      <error"));
  EXPECT_THAT(text, HasSubstr("name=\"ranks\" time=\"0\">\n      <skipped"));
  EXPECT_THAT(text, HasSubstr("name=\"once\" time=\"0\"/>"));
  EXPECT_THAT(text,
              HasSubstr("classname=\"validity\" name=\"generator\" time=\"0\">\n      <error message=\"too slow\""));
  EXPECT_THAT(text, HasSubstr("name=\"rps &gt; 10\" time=\"0\">\n      <failure message=\"actual 9\""));
}

TEST(Junit, Has_a_suite_each_repeat_and_fits_the_common_schema) {
  auto document = rich();
  document.repeats.push_back(document.repeats.front());
  const auto text = render_junit(document);
  EXPECT_EQ(occurrences(text, "<testsuite "), 2U);
  if (std::system("xmllint --version 2>/dev/null") != 0) GTEST_SKIP() << "no xmllint: apt-get install libxml2-utils";
  const coupon::test::TempFolder folder;
  coupon::test::write_file(folder.file("junit.xml"), text);
  const auto done =
      coupon::test::run({"xmllint", "--noout", "--schema", COUPON_JUNIT_SCHEMA, folder.file("junit.xml")});
  EXPECT_EQ(done.code, 0) << done.err;
  coupon::test::write_file(folder.file("wrong.xml"), "<testsuites><testsuite/></testsuites>");
  EXPECT_NE(coupon::test::run({"xmllint", "--noout", "--schema", COUPON_JUNIT_SCHEMA, folder.file("wrong.xml")}).code,
            0);
}

TEST(Html, Holds_verdict_invariants_with_examples_tables_curves_and_environment) {
  const auto text = render_html(rich());
  for (const auto* part :
       {"VERDICT fail", "Invariants", "was given to", "Validity", "Percentiles", "Environment", "Latency by percentile",
        "Answers over time", "role=\"img\"", "prefers-color-scheme:dark", "lang=\"en\"", "name=\"viewport\""}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(Html, Has_no_script_loads_nothing_and_escapes_what_comes_from_outside) {
  auto report = rich_report();
  report.scenario.code = "<script>alert(1)</script>";
  const auto text = render_html(make_document(report));
  EXPECT_THAT(text, Not(HasSubstr("<script")));
  EXPECT_THAT(text, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(text, Not(HasSubstr("src=")));
  EXPECT_THAT(text, Not(HasSubstr("@import")));
  EXPECT_EQ(occurrences(text, "<section"), occurrences(text, "</section>"));
  EXPECT_EQ(occurrences(text, "<table"), occurrences(text, "</table>"));
}

TEST(Html, Stays_within_its_size_whatever_a_run_brings) {
  auto observed = many(20'000);
  auto report = report_of(observed, [](RunReport& r) {
    for (auto& invariant : r.invariants) invariant.examples.assign(kExamplesMax, std::string(5'000, 'x'));
    r.thresholds.assign(3'000, {.expression = std::string(900, '<'), .status = {}, .time = true, .actual = {}});
    r.validity.reasons.assign(2'000, std::string(2'000, '&'));
    r.burst.threads.assign(64, r.burst.threads.front());
    r.scenario.argv.assign(1'000, "argument");
  });
  auto document = make_document(report);
  EXPECT_LE(render_html(document).size(), kHtmlBytesMax);
  document.repeats.assign(40, document.repeats.front());
  const auto text = render_html(document);
  EXPECT_LE(text.size(), kHtmlBytesMax);
  EXPECT_THAT(text, HasSubstr("more repeats are in the JSON result"));
}

}  // namespace coupon::load::test
