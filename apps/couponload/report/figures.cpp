#include "couponload/report/figures.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace coupon::load {

namespace {

constexpr double kSamplesBeyond = 10;
constexpr double kWhole = 100;

void record(const Evidence& ask, std::int64_t release_ns, ClassFigures& figures) {
  figures.latency.record(ask.done_ns - release_ns);
  figures.service.record(ask.done_ns - ask.send_ns);
}

std::vector<AnswerCount> count_answers(const std::vector<Evidence>& asks) {
  std::map<std::tuple<Outcome, int, std::string>, std::int64_t> counts;
  for (const auto& ask : asks) {
    const bool answered = ask.fate == Fate::kAnswered;
    ++counts[{ask.outcome, ask.status, answered ? ask.code : std::string(name_of(ask.fate))}];
  }
  std::vector<AnswerCount> answers;
  answers.reserve(counts.size());
  for (const auto& [key, count] : counts)
    answers.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), count});
  std::ranges::stable_sort(answers, std::greater{}, &AnswerCount::count);
  return answers;
}

}  // namespace

Figures summarize(const BurstResult& burst, const std::vector<Evidence>& asks) {
  Figures figures;
  for (const auto& shot : burst.shots) {
    if (shot.connect_ns >= 0) figures.connect.record(shot.connect_ns);
    if (shot.fate == Fate::kUnsent) ++figures.unsent;
  }
  for (const auto& ask : asks) {
    record(ask, burst.release_ns, figures.classes.at(static_cast<std::size_t>(ask.outcome)));
    record(ask, burst.release_ns, figures.all);
    figures.skew.record(ask.send_ns - burst.release_ns);
    figures.last_answer_ns = std::max(figures.last_answer_ns, ask.done_ns - burst.release_ns);
  }
  figures.answers = count_answers(asks);
  return figures;
}

bool enough_samples(std::int64_t count, double percentile) {
  // Rounded: 1 - 0.999 is not exactly a thousandth.
  return count >= std::llround(kSamplesBeyond * kWhole / (kWhole - percentile));
}

}  // namespace coupon::load
