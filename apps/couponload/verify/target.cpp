#include "couponload/verify/target.hpp"

#include <algorithm>
#include <condition_variable>
#include <fmt/core.h>
#include <mutex>
#include <nlohmann/json.hpp>

#include "couponload/burst/instant.hpp"
#include "couponload/excerpt.hpp"

namespace coupon::load {

using base::Errc;
using base::Result;
using net::http::Answer;
using nlohmann::json;

namespace {

constexpr int kOk = 200;
constexpr int kNotFound = 404;
constexpr int kTooManyRequests = 429;
constexpr int kUnavailable = 503;
constexpr std::int64_t kFirstPauseMs = 20;
constexpr std::int64_t kPauseMaxMs = 1'000;
constexpr std::int64_t kMsPerS = 1'000;

bool asks_to_wait(const Answer& answer) { return answer.status == kTooManyRequests || answer.status == kUnavailable; }

std::int64_t pause_for(const Result<Answer>& answer, std::int64_t backoff_ms) {
  if (!answer || !answer->retry_after_s) return backoff_ms;
  return std::clamp(*answer->retry_after_s * kMsPerS, kFirstPauseMs, kPauseMaxMs);
}

base::Error unexpected_answer(std::string_view target, const Answer& answer) {
  return {.code = answer.status == kNotFound ? Errc::kNotFound : Errc::kUnavailable,
          .message = fmt::format("{} answered {}: {}", target, answer.status, excerpt(answer.body)),
          .retryable = asks_to_wait(answer)};
}

}  // namespace

bool pause(std::int64_t ms, std::int64_t deadline_ns, const std::stop_token& stop) {
  const auto until = std::min(now_ns() + ms * kNsPerMs, deadline_ns);
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  const bool stopped = never.wait_until(lock, stop, to_instant(until), [&] { return stop.stop_requested(); });
  return !stopped && now_ns() < deadline_ns;
}

Api::Api(const Target& target)
    : target_(target), client_(target.url, {.timeout_ms = target.timeout_ms, .tls = target.tls}) {}

Result<Answer> Api::ask(const net::http::Question& question, std::int64_t deadline_ns, const std::stop_token& stop) {
  for (auto backoff_ms = kFirstPauseMs;; backoff_ms = std::min(2 * backoff_ms, kPauseMaxMs)) {
    auto answer = client_.ask(question);
    const bool again = answer ? asks_to_wait(*answer) : answer.error().retryable;
    if (!again || !pause(pause_for(answer, backoff_ms), deadline_ns, stop)) return answer;
  }
}

// Beyond the numbers of a run: who asks again does so with a key of its own.
Subject Api::subject(std::string_view member) const {
  return {.code = target_.code,
          .member = member,
          .variables = &target_.variables,
          .seq = UINT32_MAX,
          .attempt = 1,
          .key = UINT32_MAX};
}

Result<json> Api::get(const std::string& path, std::int64_t deadline_ns, const std::stop_token& stop) {
  const auto question = make_question(reading(*target_.profile, path), subject({}), target_.headers);
  const auto answer = ask(question, deadline_ns, stop);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != kOk) return std::unexpected(unexpected_answer(question.target, *answer));
  return parse_json(answer->body);
}

Result<Counts> Api::counts(std::int64_t deadline_ns, const std::stop_token& stop) {
  const auto& route = target_.profile->count;
  const auto& quota = target_.profile->quota;
  Counts counts;
  if (!route.path.empty()) {
    const auto body = get(route.path, deadline_ns, stop);
    if (!body) return std::unexpected(body.error());
    counts = {number_at(*body, route.quota), number_at(*body, route.issued), number_at(*body, route.recorded)};
  }
  if (!quota.path.empty()) {
    const auto body = get(quota.path, deadline_ns, stop);
    if (!body) return std::unexpected(body.error());
    counts.quota = number_at(*body, quota.pointer);
  }
  if (quota.value) counts.quota = quota.value;
  return counts;
}

Result<Readback> Api::read_back(const std::string& member, const std::string& expected_id, std::int64_t deadline_ns,
                                const std::stop_token& stop) {
  const auto& route = target_.profile->readback;
  const auto question = make_question(reading(*target_.profile, route.path), subject(member), target_.headers);
  const auto answer = ask(question, deadline_ns, stop);
  if (!answer) return std::unexpected(answer.error());
  Readback read{.member = member, .expected_id = expected_id, .found_id = {}};
  if (answer->status == kNotFound) {
    read.state = Readback::State::kMissing;
    return read;
  }
  if (answer->status != kOk) return std::unexpected(unexpected_answer(question.target, *answer));
  const auto body = parse_json(answer->body);
  read.found_id = text_at(body, route.id);
  const bool compares = !expected_id.empty() && !route.id.empty();
  // Whatever stands in between may answer 200 as well.
  if (body.is_discarded() || (compares && read.found_id.empty())) {
    return std::unexpected(unexpected_answer(question.target, *answer));
  }
  if (compares && read.found_id != expected_id) {
    read.state = Readback::State::kOtherId;
  } else if (!route.recorded.empty() && !true_at(body, route.recorded)) {
    read.state = Readback::State::kUnrecorded;
  } else {
    read.state = Readback::State::kConfirmed;
  }
  return read;
}

Result<Meaning> Api::ask_again(const std::string& member, std::int64_t deadline_ns, const std::stop_token& stop) {
  const auto question = make_question(target_.profile->request, subject(member), target_.headers);
  const auto answer = ask(question, deadline_ns, stop);
  if (!answer) return std::unexpected(answer.error());
  return read_answer(*target_.profile, answer->status, answer->retry_after_s.has_value(), answer->body);
}

}  // namespace coupon::load
