// Generated requests, most of them malformed, against the real couponsrv: each is answered as HTTP, none does harm.

#include <deque>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <iostream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "doors/http_answers.hpp"
#include "doors/http_sample.hpp"
#include "functional/programs.hpp"

namespace coupon::test {

namespace {

constexpr std::size_t kLeftOpenMax = 32;
constexpr std::size_t kWitnessEvery = 50;
constexpr std::int64_t kGrowthMaxKiB = 16 * 1024;
constexpr int kOtherVersion = 505;

std::int64_t memory_kib(pid_t pid) {
  const auto status = read_file(fmt::format("/proc/{}/status", pid));
  const auto at = status.find("VmRSS:");
  return at == std::string::npos ? -1 : std::strtoll(status.c_str() + at + 6, nullptr, 10);
}

bool is_client_error(int status, const std::string& what) {
  return (status >= 400 && status < 500) || (status == kOtherVersion && what.ends_with("a bad version"));
}

// What is wrong with the answers to one connection; empty when nothing is.
std::string problem_of(const Sample& sample, const StrictAnswers& answers) {
  if (!answers.problem.empty()) return answers.problem;
  for (std::size_t i = 0; i < answers.all.size(); ++i) {
    const auto& part = sample.parts[std::min(i, sample.parts.size() - 1)];
    const auto status = answers.all[i].status;
    const bool more = i >= sample.parts.size();
    if (more && sample.after == After::kGoesOn) return "an answer to nothing";
    const bool fine = part.fate == Fate::kFlipped ? status < 500 || status == kOtherVersion
                      : part.fate == Fate::kGood  ? !more && status == 200
                                                  : is_client_error(status, part.what);
    if (!fine) return fmt::format("{} was answered with {} {}", part.what, status, answers.all[i].body);
  }
  auto expected = sample.parts.size();
  const auto fate = sample.parts.back().fate;
  if (fate == Fate::kCut || fate == Fate::kFlipped) --expected;
  if (answers.all.size() < expected) return fmt::format("no answer to {}", sample.parts[answers.all.size()].what);
  return {};
}

class HttpDoor : public testing::Test {
 protected:
  HttpDoor()
      : service_(shop_.folder.path(), {"--header-timeout", "500ms", "--body-timeout", "500ms", "--log-level", "warn"},
                 {"env", "ASAN_OPTIONS=quarantine_size_mb=8:detect_leaks=1"}),
        witness_(service_.port()) {
    const auto made =
        service_.post("/api/v1/coupons", fmt::format(R"({{"couponCode":"{}","quantity":100000}})", kFlipCode));
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(service_.post(fmt::format("/api/v1/coupons/stock/init?couponCode={}", kFlipCode), "").status, 200);
  }

  void play(std::size_t count) {
    for (std::size_t i = 0; i < count && !HasFailure(); ++i) {
      play_one(make_sample(dice_, number_++));
      if (number_ % kWitnessEvery == 0) ask_witness();
    }
    while (!left_open_.empty()) end_oldest();
  }

  void play_one(Sample sample) {
    asked_.insert(sample.members.begin(), sample.members.end());
    auto& open = left_open_.emplace_back(Open{RawHttp(service_.port()), std::move(sample)});
    const bool stays = open.sample.parts.back().fate == Fate::kCut && dice_.percent(20);
    try {
      open.connection.send(open.sample.bytes);
      if (!stays) open.connection.finish_sending();
    } catch (const std::runtime_error&) {
      ++closed_early_;  // it has seen enough; what it said is still there to be read
    }
    if (stays) {
      ++waited_for_;
      if (left_open_.size() > kLeftOpenMax) end_oldest();
    } else {
      judge(open);
      left_open_.pop_back();
    }
  }

  void ask_witness() {
    const auto answer =
        witness_.call("POST", "/api/v1/coupons/issue", issue_body(kDoorCode, "witness"), {"Idempotency-Key: witness"});
    ASSERT_TRUE(answer.has_value()) << "the witness is not served any more";
    ASSERT_EQ(answer->status, 200) << answer->body;
  }

  // Each one asked with a well-formed request.
  void expect_no_other_grants() {
    asked_.insert("witness");
    EXPECT_EQ(ctl(shop_.store, {"reconcile"}).code, 0);
    const auto exported = ctl(shop_.store, {"issues", "export", kDoorCode, "-o", "json"});
    std::set<std::string> held;
    std::istringstream lines(exported.out);
    for (std::string line; std::getline(lines, line);)
      held.insert(nlohmann::json::parse(line)["member"].get<std::string>());
    EXPECT_EQ(held, asked_);
  }

  Shop shop_{1'000'000, kDoorCode};
  Service service_;
  std::size_t number_ = 0;
  std::size_t answered_ = 0;
  std::size_t waited_for_ = 0;
  std::size_t closed_early_ = 0;

 private:
  struct Open {
    RawHttp connection;
    Sample sample;
  };

  void judge(Open& open) {
    const auto answers = read_answers(open.connection.receive_all());
    answered_ += answers.all.size();
    const auto problem = problem_of(open.sample, answers);
    EXPECT_EQ(problem, "") << "number " << number_ << ", last part: " << open.sample.parts.back().what << '\n'
                           << visible(open.sample.bytes);
  }

  void end_oldest() {
    judge(left_open_.front());
    left_open_.pop_front();
  }

  Dice dice_{seed_of_doors()};
  HttpConnection witness_;
  std::deque<Open> left_open_;
  std::set<std::string> asked_;
};

}  // namespace

TEST_F(HttpDoor, answers_generated_requests_as_http_and_issues_to_nobody_who_did_not_ask_well) {
  const auto half = requests_of_doors() / 2;
  play(half);
  const auto warm_kib = memory_kib(service_.process().pid());
  play(half);
  const auto grown_kib = memory_kib(service_.process().pid()) - warm_kib;
  std::cout << fmt::format("{} connections, {} answers, {} left open, {} closed early; {} KiB, grown by {} KiB\n",
                           number_, answered_, waited_for_, closed_early_, warm_kib, grown_kib);
  EXPECT_LE(grown_kib, kGrowthMaxKiB);
  EXPECT_TRUE(service_.process().running());
  expect_no_other_grants();
  EXPECT_EQ(service_.stop(), 0) << service_.process().err();
  EXPECT_EQ(service_.process().err().find("ERROR"), std::string::npos) << service_.process().err();
}

}  // namespace coupon::test
