#include "couponload/report/merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "couponload/report/evidence_file.hpp"
#include "couponload/report/gzip_lines.hpp"
#include "couponload/report/render.hpp"
#include "support/process.hpp"
#include "unit/couponload/report/samples.hpp"

namespace coupon::load::test {

using testing::HasSubstr;

namespace {

// Two machines, one coupon with three places: the first gets two of them, the second one.
class Shards : public testing::Test {
 protected:
  Shards() {
    parts_[0] = half({issued(0, 1), issued(1, 2), ask(6, Outcome::kSoldOut)});
    parts_[1] = half({issued(2, 3), ask(7, Outcome::kSoldOut)});
  }

  static Observed half(std::vector<Evidence> asks) {
    Observed observed;
    observed.asks = std::move(asks);
    observed.before = Counts{3, 0, 0};
    observed.after = Counts{3, 3, 3};
    for (const auto& one : observed.asks) {
      if (one.outcome != Outcome::kIssued) continue;
      observed.readbacks.push_back(confirmed(one));
      observed.replays.push_back({one.member, one.id, one.id, Outcome::kDuplicate, true});
    }
    observed.verified = true;
    return observed;
  }

  std::string write(std::uint32_t index, const std::function<void(RunReport&)>& change = {}) {
    auto report = report_of(parts_.at(index - 1));
    report.scenario.shard_index = index;
    report.scenario.shard_count = 2;
    const auto path = folder_.file("s" + std::to_string(index) + ".json");
    report.evidence = write_evidence(evidence_path(path, 1, 1), report.observed, 1'000'000'000).value();
    if (change) change(report);
    coupon::test::write_file(path, render_json(report));
    return path;
  }

  base::Result<RunDocument> merged(std::int64_t clock_error_ns = 0) {
    return merge({.paths = {write(1), write(2)}, .clock_error_ns = clock_error_ns});
  }

  std::string refused(const std::string& a, const std::string& b) {
    const auto document = merge({.paths = {a, b}});
    return document ? "" : document.error().message;
  }

  std::array<Observed, 2> parts_;
  coupon::test::TempFolder folder_;
};

std::string status_of(const RunDocument& document, std::string_view name) {
  for (const auto& invariant : document.repeats.front().invariants) {
    if (invariant.name == name) return std::string(name_of(invariant.status));
  }
  return "none";
}

}  // namespace

TEST_F(Shards, Of_an_honest_run_pass_together) {
  const auto document = merged();
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(document->exit, 0) << render_table(*document);
  EXPECT_EQ(document->scenario.requests, 5U);
  EXPECT_EQ(document->scenario.shard_count, 1U);
  const auto& figures = document->repeats.front().figures;
  EXPECT_EQ(figures.classes.at(0).latency.count(), 3);
  EXPECT_EQ(figures.all.latency.count(), 5);
  EXPECT_EQ(document->repeats.front().validity.threads.size(), 2U);
  for (const auto* name : {"quota", "fill", "once", "ids", "ranks", "readback", "count", "replay", "order"}) {
    EXPECT_EQ(status_of(*document, name), "pass") << name;
  }
  EXPECT_TRUE(read_document(write_document(*document)));
}

TEST_F(Shards, Show_what_none_of_them_sees_alone) {
  parts_[1] = half({issued(2, 3), ask(7, Outcome::kSoldOut)});
  parts_[1].asks[0].rank = 2;  // the same place as on the other machine
  const auto document = merged();
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(document->exit, 5);
  EXPECT_EQ(status_of(*document, "ranks"), "fail");
}

TEST_F(Shards, Over_issue_together) {
  parts_[1] = half({issued(2, 3), issued(3, 4)});
  const auto document = merged();
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(status_of(*document, "quota"), "fail");
}

TEST_F(Shards, Are_only_ordered_beyond_the_clock_error) {
  // The other machine's clock says that rank 3 was done 1.5 ms before rank 2 asked.
  std::swap(parts_[0].asks[1].rank, parts_[1].asks[0].rank);
  parts_[0].asks[1].send_ns = 10 * kStepNs;
  parts_[0].asks[1].done_ns = 11 * kStepNs;
  parts_[0].asks[1].rank = 2;
  parts_[1].asks[0].rank = 3;
  parts_[1].asks[0].send_ns = 8 * kStepNs;
  parts_[1].asks[0].done_ns = 85 * kStepNs / 10;
  parts_[0].asks[2].done_ns = parts_[1].asks[1].done_ns = 20 * kStepNs;
  EXPECT_EQ(status_of(merged(kStepNs).value(), "order"), "fail");
  EXPECT_EQ(status_of(merged(2 * kStepNs).value(), "order"), "pass");
}

TEST_F(Shards, Of_different_runs_are_refused) {
  EXPECT_THAT(refused(write(1), write(1)), HasSubstr("where shard 2 of 2 is due"));
  EXPECT_THAT(refused(write(1), write(2, [](RunReport& r) { r.scenario.profile_sha256 = "beef"; })),
              HasSubstr("another profile"));
  EXPECT_THAT(refused(write(1), write(2, [](RunReport& r) { r.scenario.code = "OTHER"; })), HasSubstr("for OTHER"));
  EXPECT_THAT(refused(write(1), write(2, [](RunReport& r) { r.evidence = {}; })), HasSubstr("has no evidence"));
  EXPECT_THAT(refused(write(1), write(2, [](RunReport& r) { ++r.evidence.rows; })), HasSubstr("the result says"));
  EXPECT_THAT(refused(write(1), folder_.file("none.json")), HasSubstr("cannot be read"));
}

TEST_F(Shards, Are_refused_beyond_the_bound_of_memory) {
  const auto document = merge({.paths = {write(1), write(2)}, .clock_error_ns = 0, .rows_max = 4});
  ASSERT_FALSE(document);
  EXPECT_THAT(document.error().message, HasSubstr("more than 4 requests"));
}

TEST_F(Shards, Of_which_one_is_invalid_are_invalid) {
  const auto one = write(1, [](RunReport& r) { r.validity.reasons = {"too slow"}; });
  const auto document = merge({.paths = {one, write(2)}}).value();
  EXPECT_EQ(document.exit, 6);
  EXPECT_THAT(document.verdict, HasSubstr("shard 1: too slow"));
}

TEST(EvidenceFile, Read_back_has_every_field) {
  const coupon::test::TempFolder folder;
  auto run = honest();
  run.asks[0].first_byte_ns = 42;
  run.asks[0].code = "c";
  run.asks[0].id = "쿠폰";
  run.asks[0].attempt = 2;
  run.readbacks[0].was_pending = true;
  run.readbacks[0].state = Readback::State::kUnrecorded;
  const auto path = folder.file("e.ndjson.gz");
  const auto note = write_evidence(path, run, 1'000).value();
  EXPECT_EQ(note.name, "e.ndjson.gz");
  EXPECT_EQ(note.rows, 5);
  EXPECT_TRUE(note.complete);
  Observed back;
  ASSERT_TRUE(read_evidence(path, 5, back));
  ASSERT_EQ(back.asks.size(), 5U);
  EXPECT_EQ(back.asks[0].id, "쿠폰");
  EXPECT_EQ(back.asks[0].attempt, 2);
  EXPECT_EQ(back.asks[0].first_byte_ns, 1'042);
  EXPECT_EQ(back.asks[1].first_byte_ns, 0);
  EXPECT_EQ(back.asks[3].outcome, Outcome::kSoldOut);
  EXPECT_EQ(back.asks[4].send_ns, run.asks[4].send_ns + 1'000);
  EXPECT_TRUE(back.readbacks[0].was_pending);
  EXPECT_EQ(back.readbacks[0].state, Readback::State::kUnrecorded);
  EXPECT_EQ(back.replays[2].found_id, run.replays[2].found_id);
}

TEST(EvidenceFile, Is_named_after_the_result) {
  EXPECT_EQ(evidence_path("/x/run.json", 1, 1), "/x/run.ndjson.gz");
  EXPECT_EQ(evidence_path("run.json", 2, 3), "run.2.ndjson.gz");
}

TEST(EvidenceFile, That_is_cut_off_or_damaged_is_refused) {
  const coupon::test::TempFolder folder;
  const auto path = folder.file("e.gz");
  ASSERT_TRUE(write_evidence(path, many(2'000), 0));
  const auto whole = coupon::test::read_file(path);
  Observed back;
  coupon::test::write_file(path, whole.substr(0, whole.size() / 2));
  EXPECT_FALSE(read_evidence(path, 10'000, back));
  auto damaged = whole;
  damaged[whole.size() / 2] = static_cast<char>(damaged[whole.size() / 2] ^ 0x55);
  coupon::test::write_file(path, damaged);
  EXPECT_FALSE(read_evidence(path, 10'000, back));
  coupon::test::write_file(path, "{\"seq\":-1}\n");
  EXPECT_THAT(read_evidence(path, 10'000, back).error().message, HasSubstr("line 1: "));
  EXPECT_FALSE(read_evidence(folder.file("none"), 1, back));
  EXPECT_FALSE(write_evidence("/no/such/folder/e.gz", back, 0));
}

TEST(GzipLines, Longer_than_the_bound_are_refused) {
  const coupon::test::TempFolder folder;
  coupon::test::write_file(folder.file("long"), std::string(3 * GzipLineReader::kLineBytesMax, 'x') + '\n');
  auto reader = GzipLineReader::open(folder.file("long")).value();
  EXPECT_THAT(reader.next().error().message, HasSubstr("too long"));
}

}  // namespace coupon::load::test
