#include "couponload/profile/steps.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "couponload/excerpt.hpp"
#include "couponload/profile/classify.hpp"
#include "couponload/profile/request_template.hpp"

namespace coupon::load {

using base::Errc;
using base::fail;
using base::Result;
using net::http::Answer;

namespace {

constexpr int kOkMin = 200;
constexpr int kOkMax = 299;

using Instant = std::chrono::steady_clock::time_point;

std::int64_t ms_until(Instant deadline) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
}

bool is_expected(const Step& step, int status) {
  if (step.expect.empty()) return status >= kOkMin && status <= kOkMax;
  return std::ranges::find(step.expect, status) != step.expect.end();
}

std::string expectation(const Step& step) {
  return step.expect.empty() ? "any 2xx" : fmt::format("{}", fmt::join(step.expect, " or "));
}

// Runs steps over one connection as long as the budget lasts.
class Runner {
 public:
  explicit Runner(const StepsPlan& plan)
      : plan_(plan), deadline_(std::chrono::steady_clock::now() + std::chrono::milliseconds(plan.budget_ms)) {}

  Result<> run(const Step& step, Variables& values) {
    const auto left_ms = ms_until(deadline_);
    if (left_ms <= 0) return fail(Errc::kTimeout, fmt::format("no time left of {} ms for all steps", plan_.budget_ms));
    COUPON_TRY(check_values(step.shape, values));
    const auto question = make_question(step.shape, {.code = {}, .member = {}, .variables = &values}, plan_.headers);
    auto config = plan_.client;
    config.timeout_ms = std::min(config.timeout_ms, left_ms);
    const auto answer = net::http::Client(plan_.url, config).ask(question);
    if (!answer) return std::unexpected(answer.error().in("no answer"));
    if (!is_expected(step, answer->status)) {
      return fail(Errc::kConflict, fmt::format("answered {}, expected {}: {}", answer->status, expectation(step),
                                               excerpt(answer->body)));
    }
    return capture(step, *answer, values);
  }

 private:
  static Result<> capture(const Step& step, const Answer& answer, Variables& values) {
    if (step.capture.empty()) return {};
    const auto body = parse_json(answer.body);
    for (const auto& [name, pointer] : step.capture) {
      auto value = text_at(body, pointer);
      if (value.empty()) {
        return fail(Errc::kConflict, fmt::format("answered {} but has nothing at {} for {{{}}}: {}", answer.status,
                                                 pointer, name, excerpt(answer.body)));
      }
      values[name] = std::move(value);
    }
    return {};
  }

  const StepsPlan& plan_;
  Instant deadline_;
};

base::Error at_step(const base::Error& error, std::string_view what, std::size_t index, const Step& step,
                    const Variables& values) {
  const auto path = fill_path(step.shape.path, {.code = {}, .member = {}, .variables = &values});
  return error.in(fmt::format("{} step {}, {} {}", what, index + 1, step.shape.method, path));
}

}  // namespace

Result<> run_setup(const Profile& profile, const StepsPlan& plan, Variables& values, const std::stop_token& stop) {
  Runner runner(plan);
  for (std::size_t i = 0; i < profile.setup.size(); ++i) {
    if (stop.stop_requested()) return fail(Errc::kConflict, "set-up was interrupted");
    const auto done = runner.run(profile.setup[i], values);
    if (!done) return std::unexpected(at_step(done.error(), "set-up", i, profile.setup[i], values));
  }
  return {};
}

std::vector<base::Error> run_teardown(const Profile& profile, const StepsPlan& plan, Variables values) {
  std::vector<base::Error> failures;
  Runner runner(plan);
  for (std::size_t i = 0; i < profile.teardown.size(); ++i) {
    const auto done = runner.run(profile.teardown[i], values);
    if (!done) failures.push_back(at_step(done.error(), "teardown", i, profile.teardown[i], values));
  }
  return failures;
}

}  // namespace coupon::load
