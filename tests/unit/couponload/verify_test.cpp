// What is read after a run: a reading that fails tells nothing, and a count that comes late is waited for.

#include "couponload/verify/verify.hpp"

#include <gtest/gtest.h>
#include <map>

#include "builders.hpp"
#include "couponload/verify/invariant.hpp"
#include "scripted_server.hpp"

namespace coupon::load::test {

using net::http::Response;
using State = Readback::State;

namespace {

constexpr std::int64_t kLongMs = 60'000;
constexpr const char* kRecorded = R"({"data":{"issueId":"id1","recorded":true}})";
constexpr const char* kUnrecorded = R"({"data":{"issueId":"id1","recorded":false}})";

Response failure() { return {.status = 500, .body = "{}"}; }
Response stock(int issued) {
  return {.body = fmt::format(R"({{"data":{{"quota":10,"issued":{0},"recorded":{0}}}}})", issued)};
}

// One member was issued id1. What is read answers by how often it was read before; the last of `stocks` and `reads`
// stands for all later ones.
class Verifying : public testing::Test {
 protected:
  void run(std::int64_t settle_ms) {
    const ScriptedServer server([this](const Seen& seen) { return answer(seen.line); });
    observed_.asks = {issued(1, 1)};
    observed_.before = Counts{10, 0, 0};
    const VerifyPlan plan{
        .target = {.url = net::http::parse_url(server.url()).value(), .profile = &profile_, .code = "C", .headers = {}},
        .settle_ms = settle_ms};
    VerifyProgress progress;
    verify(plan, observed_, progress, stop_.get_token());
  }

  Response answer(const std::string& line) {
    if (line.starts_with("POST")) return {.status = 409, .body = R"({"error":{"code":"COUPON-002"}})"};
    const bool counts = line.contains("/stock/");
    auto& served = counts ? counted_ : read_;
    const auto& script = counts ? stocks_ : reads_;
    if (++served == (counts ? stop_at_count_ : stop_at_read_)) stop_.request_stop();
    return script.at(std::min(served, script.size()) - 1);
  }

  State state() const { return observed_.readbacks.at(0).state; }

  Profile profile_ = couponsrv_profile();
  std::vector<Response> stocks_{stock(1)};
  std::vector<Response> reads_{{.body = kRecorded}};
  std::size_t counted_ = 0;
  std::size_t read_ = 0;
  std::size_t stop_at_count_ = 0;  // 0: never
  std::size_t stop_at_read_ = 0;
  std::stop_source stop_;
  Observed observed_;
};

}  // namespace

TEST_F(Verifying, Reads_every_promise_and_the_count_once_when_all_is_well) {
  run(kLongMs);
  EXPECT_EQ(state(), State::kConfirmed);
  EXPECT_EQ(read_, 1U);
  EXPECT_EQ(counted_, 1U);
  EXPECT_TRUE(observed_.verified);
  for (const auto& invariant : check_all(observed_)) EXPECT_NE(invariant.status, Judgement::kFail) << invariant.name;
}

TEST_F(Verifying, Forgets_what_an_earlier_reading_said_when_the_last_one_failed) {
  reads_ = {{.body = kUnrecorded}, failure()};
  stop_at_read_ = 3;
  run(kLongMs);
  EXPECT_EQ(state(), State::kUnread);
  observed_.verified = true;  // as it would be had the time run out
  EXPECT_EQ(check_readback(observed_).status, Judgement::kInconclusive);
}

TEST_F(Verifying, Takes_an_answer_without_the_id_for_no_reading) {
  reads_ = {{.body = "<html>try later</html>"}, {.body = R"({"data":{}})"}, {.body = kRecorded}};
  run(kLongMs);
  EXPECT_EQ(state(), State::kConfirmed);
  EXPECT_EQ(read_, 3U);
}

TEST_F(Verifying, Compares_no_id_that_the_profile_does_not_name) {
  profile_.readback.id.clear();
  reads_ = {{.body = kUnrecorded}, {.body = kRecorded}};
  run(kLongMs);
  EXPECT_EQ(state(), State::kConfirmed);
  EXPECT_EQ(read_, 2U);
}

TEST_F(Verifying, Waits_for_a_count_that_comes_late) {
  stocks_ = {stock(0), failure(), stock(0), stock(1)};
  run(kLongMs);
  EXPECT_EQ(counted_, 4U);
  EXPECT_EQ(observed_.after->issued, 1);
  EXPECT_EQ(check_count(observed_).status, Judgement::kPass);
}

TEST_F(Verifying, Believes_a_count_that_is_too_low_when_the_time_is_over) {
  stocks_ = {stock(0)};
  run(0);
  EXPECT_EQ(observed_.after->issued, 0);
  EXPECT_EQ(check_count(observed_).status, Judgement::kFail);
}

TEST_F(Verifying, Does_not_wait_for_a_count_of_the_time_before_that_nobody_told) {
  stocks_ = {stock(0)};
  profile_.count.issued.clear();
  run(kLongMs);
  EXPECT_EQ(counted_, 1U);
  EXPECT_EQ(check_count(observed_).status, Judgement::kInconclusive);
}

TEST_F(Verifying, Accuses_nobody_of_a_count_that_was_too_low_before_the_reading_failed_or_was_stopped) {
  for (const auto& later : {failure(), stock(0)}) {
    stop_ = {};
    counted_ = 0;
    stocks_ = {stock(0), later};
    stop_at_count_ = 3;
    run(kLongMs);
    ASSERT_TRUE(observed_.after);
    EXPECT_FALSE(observed_.after->issued);
    EXPECT_EQ(check_count(observed_).status, Judgement::kSkipped);
    EXPECT_EQ(check_quota(observed_).status, Judgement::kPass);
  }
}

}  // namespace coupon::load::test
