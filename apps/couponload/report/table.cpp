#include <fmt/format.h>
#include <iterator>

#include "base/output.hpp"
#include "couponload/report/run_report.hpp"

namespace coupon::load {

namespace {

using Out = std::back_insert_iterator<std::string>;

constexpr double kNsPerMsReal = 1e6;
constexpr double kPercent = 100;
constexpr double kMedian = 50;
constexpr double kTail = 99;
constexpr std::size_t kAnswersShown = 10;

double ms(std::int64_t ns) { return static_cast<double>(ns) / kNsPerMsReal; }

// Returns whether a figure of the line is marked.
bool add_line(std::string_view name, const base::Histogram& times, Out out) {
  bool marked = false;
  fmt::format_to(out, "  {:<10}{:>10}{:>11.3f} ", name, grouped(times.count()), ms(times.min()));
  for (const auto percentile : kPercentiles) {
    const bool mark = !enough_samples(times.count(), percentile);
    fmt::format_to(out, "{:>10.3f}{}", ms(times.percentile(percentile)), mark ? '*' : ' ');
    marked = marked || mark;
  }
  fmt::format_to(out, "{:>10.3f}\n", ms(times.max()));
  return marked;
}

bool add_block(const RunReport& report, std::string_view title, base::Histogram ClassFigures::* times, Out out) {
  bool marked = false;
  fmt::format_to(out, "{}\n  {:<10}{:>10}{:>11} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10}\n", title, "class", "count",
                 "min", "p50", "p90", "p95", "p99", "p99.9", "max");
  for (const auto outcome : kOutcomes) {
    const auto& histogram = report.figures.classes.at(static_cast<std::size_t>(outcome)).*times;
    if (histogram.count() > 0) marked = add_line(name_of(outcome), histogram, out) || marked;
  }
  return add_line("all", report.figures.all.*times, out) || marked;
}

void add_times(const RunReport& report, Out out) {
  bool marked = add_block(report, "latency in ms, from the release to the last byte", &ClassFigures::latency, out);
  marked = add_block(report, "service in ms, from the send to the last byte", &ClassFigures::service, out) || marked;
  if (marked) fmt::format_to(out, "  * too few samples for this percentile\n");
}

void add_sends(const RunReport& report, Out out) {
  const auto& connect = report.figures.connect;
  const auto& skew = report.figures.skew;
  fmt::format_to(out, "connect   {} open, p50 {:.3f} ms, p99 {:.3f} ms, max {:.3f} ms, {} SYN retransmits\n",
                 grouped(connect.count()), ms(connect.percentile(kMedian)), ms(connect.percentile(kTail)),
                 ms(connect.max()), grouped(report.burst.syn_retransmits));
  fmt::format_to(
      out, "skew      sent p50 {:.3f} ms, p99 {:.3f} ms, max {:.3f} ms after the release; last answer {:.3f} ms\n",
      ms(skew.percentile(kMedian)), ms(skew.percentile(kTail)), ms(skew.max()), ms(report.figures.last_answer_ns));
}

void add_answers(const RunReport& report, Out out) {
  fmt::format_to(out, "answers\n");
  std::size_t shown = 0;
  for (const auto& answer : report.figures.answers) {
    if (shown++ == kAnswersShown) {
      fmt::format_to(out, "  … and {} other kinds\n", report.figures.answers.size() - kAnswersShown);
      return;
    }
    fmt::format_to(out, "  {:<10}{:>10}  {}{}{}\n", name_of(answer.outcome), grouped(answer.count),
                   answer.status == 0 ? std::string() : fmt::format("{}", answer.status),
                   answer.status == 0 || answer.code.empty() ? "" : " ", answer.code);
  }
}

void add_invariants(const RunReport& report, Out out) {
  base::Table table{{"invariant", "status", "expected", "actual"}, {}};
  for (const auto& invariant : report.invariants) {
    table.rows.push_back(
        {invariant.name, std::string(name_of(invariant.status)), invariant.expected, invariant.actual});
  }
  fmt::format_to(out, "{}", base::render(table, base::OutputFormat::kTable));
  for (const auto& invariant : report.invariants) {
    for (const auto& example : invariant.examples) fmt::format_to(out, "  {}: {}\n", invariant.name, example);
  }
}

void add_validity(const RunReport& report, Out out) {
  fmt::format_to(out, "validity  {}", report.validity.valid() ? "valid" : "invalid");
  const char* separator = ":";
  for (std::size_t i = 0; i < report.burst.threads.size(); ++i) {
    const auto& health = report.burst.threads[i];
    fmt::format_to(out, "{} thread {}: lag p99 {:.1f} ms, without a core {:.1f} %", separator, i,
                   ms(health.lag.percentile(kLagPercentile)), run_delay_share(health) * kPercent);
    separator = ";";
  }
  fmt::format_to(out, "\n");
  for (const auto& reason : report.validity.reasons) fmt::format_to(out, "  {}\n", reason);
}

}  // namespace

std::string render_table(const RunReport& report) {
  std::string text;
  const auto out = std::back_inserter(text);
  const auto& scenario = report.scenario;
  fmt::format_to(out, "burst of {} requests by {} members for {} at {}, {} thread{}\n", grouped(scenario.requests),
                 grouped(scenario.members), scenario.code, scenario.url, scenario.threads,
                 scenario.threads == 1 ? "" : "s");
  if (report.burst.released) {
    add_times(report, out);
    add_sends(report, out);
    add_answers(report, out);
    add_invariants(report, out);
    add_validity(report, out);
  }
  return text + render_verdict(report) + '\n';
}

}  // namespace coupon::load
