#include "couponload/report/document.hpp"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "couponload/report/render.hpp"
#include "couponload/report/schema.hpp"
#include "support/lying_server.hpp"
#include "support/process.hpp"
#include "unit/couponload/report/samples.hpp"
#include "unit/couponload/report/schema_check.hpp"

namespace coupon::load::test {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

json schema() { return json::parse(run_schema()); }

std::string refused(std::string_view text) {
  const auto document = read_document(text);
  return document ? "" : document.error().message;
}

// A result with one value replaced.
std::string changed(const char* pointer, const json& value) {
  auto document = json::parse(render_json(rich_report()));
  document[json::json_pointer(pointer)] = value;
  return document.dump();
}

}  // namespace

TEST(Document, Read_back_is_written_the_same_again) {
  for (const auto& report : {rich_report(), report_of(many(2'000)), RunReport()}) {
    const auto text = render_json(report);
    const auto document = read_document(text);
    ASSERT_TRUE(document) << document.error().message;
    EXPECT_EQ(write_document(*document), text);
  }
}

TEST(Document, Fits_the_published_schema) {
  for (const auto& report : {rich_report(), report_of(many(2'000)), RunReport()}) {
    EXPECT_THAT(schema_faults(json::parse(render_json(report)), schema()), IsEmpty());
  }
}

TEST(Document, Number_that_no_reader_could_keep_or_sum_is_refused) {
  for (const char* place : {"/repeats/0/sent", "/repeats/0/connect/failed", "/repeats/0/series/sent/0", "/exit",
                            "/scenario/threads", "/scenario/seed", "/host/cores"}) {
    EXPECT_THAT(refused(changed(place, 1e300)), HasSubstr("must be")) << place;
    EXPECT_NE(refused(changed(place, -1)), "") << place;
  }
  EXPECT_THAT(refused(changed("/repeats/0/sent", INT64_MAX)), HasSubstr("'sent'"));
  EXPECT_THAT(refused(changed("/scenario/threads", INT32_MAX)), HasSubstr("'threads' is too large"));
  EXPECT_THAT(refused(changed("/scenario/rate_per_s", 1e300)), HasSubstr("'rate_per_s'"));
  EXPECT_EQ(refused(changed("/scenario/seed", UINT64_MAX)), "");
}

TEST(Document, Histogram_of_another_layout_is_refused) {
  const base::Histogram huge(1, std::int64_t{1} << 40, 5);
  EXPECT_THAT(refused(changed("/repeats/0/connect/histogram", huge.encode_base64())),
              HasSubstr("another range or precision"));
}

TEST(Document, More_repeats_than_a_run_can_have_are_refused) {
  auto document = json::parse(render_json(rich_report()));
  for (std::size_t i = 0; i < kRepeatsMax; ++i) document["repeats"].push_back(document["repeats"][0]);
  EXPECT_THAT(refused(document.dump()), HasSubstr("more than 100 repeats"));
}

TEST(Document, Of_a_real_run_fits_the_published_schema) {
  const coupon::test::LyingServer server(3);
  const coupon::test::TempFolder folder;
  const auto path = folder.file("run.json");
  const auto done = coupon::test::run({COUPONLOAD_BINARY, "burst", server.url(), "-u", "20", "--out", path, "--quiet",
                                       "--repeat", "2", "--threshold", "p(99) < 3600s"});
  EXPECT_NE(done.out, "") << done.err;
  const auto document = json::parse(coupon::test::read_file(path));
  EXPECT_THAT(schema_faults(document, schema()), IsEmpty());
  EXPECT_TRUE(read_document(document.dump()));
}

TEST(Document, Fits_the_schema_by_an_independent_validator_too) {
  if (std::system("python3 -W ignore -c 'import jsonschema' 2>/dev/null") != 0) {
    GTEST_SKIP() << "no validator: apt-get install python3-jsonschema";
  }
  const coupon::test::TempFolder folder;
  coupon::test::write_file(folder.file("schema"), std::string(run_schema()));
  coupon::test::write_file(folder.file("run"), render_json(rich_report()));
  const auto validate = [&] {
    return coupon::test::run({"python3", "-W", "ignore", "-c",
                              "import json, sys, jsonschema\n"
                              "schema = json.load(open(sys.argv[1]))\n"
                              "kind = getattr(jsonschema, 'Draft202012Validator')\n"
                              "kind.check_schema(schema)\n"
                              "faults = list(kind(schema).iter_errors(json.load(open(sys.argv[2]))))\n"
                              "print(faults)\n"
                              "sys.exit(1 if faults else 0)",
                              folder.file("schema"), folder.file("run")});
  };
  const auto good = validate();
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  coupon::test::write_file(folder.file("run"), changed("/repeats/0/exit", "five"));
  EXPECT_EQ(validate().code, 1) << "the validator must be able to refuse";
}

TEST(SchemaCheck, Can_refuse) {
  const auto faults = [](const char* pointer, const json& value) {
    return schema_faults(json::parse(changed(pointer, value)), schema()).size();
  };
  EXPECT_EQ(faults("/exit", "five"), 1U);
  EXPECT_EQ(faults("/repeats/0/classes/0/latency/p50_ns", 1.5), 1U);
  EXPECT_EQ(faults("/repeats/0/invariants/0/status", "maybe"), 1U);
  EXPECT_EQ(faults("/repeats", json::array()), 1U);
  EXPECT_EQ(faults("/repeats/0/window_ns", -1), 1U);
  EXPECT_EQ(faults("/surprise", 1), 1U);
}

TEST(Document, That_is_no_result_is_refused_with_the_reason) {
  EXPECT_THAT(refused(""), HasSubstr("not JSON"));
  EXPECT_THAT(refused("[]"), HasSubstr("not an object"));
  EXPECT_THAT(refused("{}"), HasSubstr("no 'schema'"));
  EXPECT_THAT(refused(R"({"schema":"k6"})"), HasSubstr("its schema is 'k6'"));
  EXPECT_THAT(refused(R"({"schema":"couponload.run/2"})"), HasSubstr("this program reads couponload.run/1"));
  EXPECT_THAT(refused(R"({"schema":"couponload.run/1"})"), HasSubstr("version"));
  EXPECT_THAT(refused(changed("/repeats", json::array())), HasSubstr("no repeat"));
  EXPECT_THAT(refused(changed("/repeats/0/all/latency/count", 7)), HasSubstr("another count"));
  EXPECT_THAT(refused(changed("/repeats/0/all/latency/histogram", "AAAA")), HasSubstr("does not decode"));
  EXPECT_THAT(refused(changed("/repeats/0/window_ns", -1)), HasSubstr("'window_ns' must be"));
  EXPECT_THAT(refused(changed("/repeats/0/classes/0/class", "lucky")), HasSubstr("cannot be 'lucky'"));
  EXPECT_THAT(refused(changed("/repeats/0/validity/status", "invalid")), HasSubstr("contradicts"));
  EXPECT_THAT(refused(changed("/repeats/0/evidence", {{"file", "../x"}, {"complete", true}, {"rows", 1}})),
              HasSubstr("without a folder"));
}

TEST(Document, Takes_verdict_and_exit_from_its_worst_repeat) {
  auto document = new_document({});
  for (const auto exit : {ExitCode::kPass, ExitCode::kThreshold, ExitCode::kCorrectness, ExitCode::kInvalid}) {
    auto report = report_of(honest());
    report.exit = exit;
    document.repeats.push_back(make_repeat(report));
  }
  conclude(document);
  EXPECT_EQ(document.exit, 5);
  EXPECT_THAT(document.verdict, HasSubstr("VERDICT fail"));
  EXPECT_THAT(render_table(document), HasSubstr("repeat 3 of 4\n"));
}

TEST(Series, Counts_by_interval_and_pads_all_columns_to_the_same_length) {
  const auto result = json::parse(render_json(report_of(many(100))));
  const auto& series = result.at("repeats").at(0).at("series");
  EXPECT_EQ(series.at("interval_ns"), kBurstIntervalNs);
  EXPECT_EQ(series.at("sent").size(), series.at("done").at("issued").size());
  EXPECT_EQ(series.at("sent").at(0), 20);
  std::int64_t sent = 0;
  for (const auto& count : series.at("sent")) sent += count.get<std::int64_t>();
  EXPECT_EQ(sent, 100);
}

TEST(Series, Adds_up_and_keeps_what_is_too_late_in_the_last_interval) {
  Series a{.interval_ns = 10, .sent = {}, .done = {}};
  a.count_sent(-5);
  a.count_sent(25);
  Series b{.interval_ns = 10, .sent = {}, .done = {}};
  b.count_sent(INT64_MAX);
  a.add(b);
  EXPECT_EQ(a.sent.size(), kIntervalsMax);
  EXPECT_EQ(a.sent.front(), 1);
  EXPECT_EQ(a.sent.at(2), 1);
  EXPECT_EQ(a.sent.back(), 1);
}

}  // namespace coupon::load::test
