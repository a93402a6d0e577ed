#include "couponload/report/figures.hpp"

#include <algorithm>
#include <cmath>

#include "couponload/units.hpp"

namespace coupon::load {

namespace {

constexpr double kSamplesBeyond = 10;

std::string_view code_of(const Evidence& ask) {
  return ask.fate == Fate::kAnswered ? std::string_view(ask.code) : name_of(ask.fate);
}

// The kinds are few, so that a search through all of them is quicker than a map.
void count_kind(Outcome outcome, int status, std::string_view code, std::int64_t count,
                std::vector<AnswerCount>& answers) {
  const auto same = std::ranges::find_if(answers, [&](const AnswerCount& kind) {
    return kind.outcome == outcome && kind.status == status && kind.code == code;
  });
  if (same != answers.end()) {
    same->count += count;
  } else if (answers.size() < kAnswerKindsMax || code == kOtherKinds) {
    answers.push_back({outcome, status, std::string(code), count});
  } else {
    count_kind(outcome, status, kOtherKinds, count, answers);
  }
}

void add_class(const ClassFigures& figures, ClassFigures& sum) {
  if (figures.latency.count() == 0) return;
  sum.latency.add(figures.latency);
  sum.service.add(figures.service);
  sum.ttfb.add(figures.ttfb);
}

}  // namespace

void FigureRecorder::record(const Evidence& ask, std::int64_t busy_from_ns) {
  auto& kind = figures_.classes.at(static_cast<std::size_t>(ask.outcome));
  kind.latency.record(ask.done_ns - ask.plan_ns);
  kind.service.record(ask.done_ns - ask.send_ns);
  if (ask.first_byte_ns != 0) kind.ttfb.record(ask.first_byte_ns - ask.send_ns);
  figures_.skew.record(ask.send_ns - ask.plan_ns);
  ++figures_.sent;
  figures_.last_answer_ns = std::max(figures_.last_answer_ns, ask.done_ns - start_ns_);
  if (window_ns_ > 0) {
    const auto end_ns = start_ns_ + window_ns_;
    if (ask.send_ns <= end_ns) ++figures_.sent_in_window;
    figures_.busy_ns += std::max<std::int64_t>(0, std::min(ask.done_ns, end_ns) - busy_from_ns);
  }
  count_answer(ask);
}

void FigureRecorder::count_answer(const Evidence& ask) {
  count_kind(ask.outcome, ask.status, code_of(ask), 1, figures_.answers);
}

void add(const Figures& figures, Figures& sum) {
  for (std::size_t i = 0; i < kOutcomeCount; ++i) add_class(figures.classes.at(i), sum.classes.at(i));
  sum.connect.add(figures.connect);
  sum.skew.add(figures.skew);
  sum.unsent += figures.unsent;
  sum.sent += figures.sent;
  sum.sent_in_window += figures.sent_in_window;
  sum.busy_ns += figures.busy_ns;
  sum.last_answer_ns = std::max(sum.last_answer_ns, figures.last_answer_ns);
  for (const auto& kind : figures.answers) count_kind(kind.outcome, kind.status, kind.code, kind.count, sum.answers);
}

void finish(const RunResult& run, Figures& figures) {
  for (const auto& kind : figures.classes) add_class(kind, figures.all);
  figures.unsent += run.unsent;
  figures.window_ns = run.window_ns > 0 ? run.window_ns : figures.last_answer_ns;
  std::ranges::stable_sort(figures.answers, std::greater{}, &AnswerCount::count);
}

Figures summarize(const RunResult& run, const std::vector<Evidence>& asks) {
  FigureRecorder recorder(run.release_ns, run.window_ns);
  for (const auto& ask : asks) recorder.record(ask);
  auto figures = recorder.figures();
  for (const auto& shot : run.shots) {
    if (shot.connect_ns >= 0) figures.connect.record(shot.connect_ns);
    if (shot.fate == Fate::kUnsent) ++figures.unsent;
  }
  finish(run, figures);
  return figures;
}

double throughput_per_s(const Figures& figures) {
  if (figures.window_ns <= 0) return 0;
  return static_cast<double>(figures.sent) / (static_cast<double>(figures.window_ns) / kNsPerSecond);
}

bool enough_samples(std::int64_t count, double percentile) {
  // Rounded: 1 - 0.999 is not exactly a thousandth.
  return count >= std::llround(kSamplesBeyond * kPercent / (kPercent - percentile));
}

}  // namespace coupon::load
