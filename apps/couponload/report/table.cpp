#include <fmt/format.h>
#include <iterator>

#include "base/output.hpp"
#include "couponload/report/render.hpp"
#include "couponload/units.hpp"

namespace coupon::load {

namespace {

using Out = std::back_insert_iterator<std::string>;

constexpr std::size_t kAnswersShown = 10;

// Returns whether a figure of the line is marked.
bool add_line(std::string_view name, const base::Histogram& times, Out out) {
  bool marked = false;
  fmt::format_to(out, "  {:<10}{:>10}{:>11.3f} ", name, grouped(times.count()), in_ms(times.min()));
  for (const auto percentile : kPercentiles) {
    const bool mark = !enough_samples(times.count(), percentile);
    fmt::format_to(out, "{:>10.3f}{}", in_ms(times.percentile(percentile)), mark ? '*' : ' ');
    marked = marked || mark;
  }
  fmt::format_to(out, "{:>10.3f}\n", in_ms(times.max()));
  return marked;
}

bool add_block(const Figures& figures, std::string_view title, base::Histogram ClassFigures::* times, Out out) {
  if ((figures.all.*times).count() == 0 && times == &ClassFigures::ttfb) return false;
  bool marked = false;
  fmt::format_to(out, "{}\n  {:<10}{:>10}{:>11} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10}\n", title, "class", "count",
                 "min", "p50", "p90", "p95", "p99", "p99.9", "max");
  for (const auto outcome : kOutcomes) {
    const auto& histogram = figures.classes.at(static_cast<std::size_t>(outcome)).*times;
    if (histogram.count() > 0) marked = add_line(name_of(outcome), histogram, out) || marked;
  }
  return add_line("all", figures.all.*times, out) || marked;
}

void add_times(const RunDocument& document, const Figures& figures, Out out) {
  const auto* from = document.scenario.mode == "burst" ? "latency in ms, from the release to the last byte"
                                                       : "latency in ms, from the planned instant to the last byte";
  bool marked = add_block(figures, from, &ClassFigures::latency, out);
  marked = add_block(figures, "service in ms, from the send to the last byte", &ClassFigures::service, out) || marked;
  marked = add_block(figures, "ttfb in ms, from the send to the first byte", &ClassFigures::ttfb, out) || marked;
  if (marked) fmt::format_to(out, "  * too few samples for this percentile\n");
}

void add_sends(const RunDocument& document, const RepeatDocument& repeat, Out out) {
  const auto& connect = repeat.figures.connect;
  const auto& skew = repeat.figures.skew;
  fmt::format_to(out, "connect   {} open", grouped(connect.count()));
  if (repeat.opening_ns > 0) fmt::format_to(out, " after {:.3f} ms", in_ms(repeat.opening_ns));
  fmt::format_to(out, ", p50 {:.3f} ms, p99 {:.3f} ms, max {:.3f} ms, {} SYN retransmits\n",
                 in_ms(connect.percentile(kMedianPercentile)), in_ms(connect.percentile(kTailPercentile)),
                 in_ms(connect.max()), grouped(repeat.syn_retransmits));
  fmt::format_to(
      out, "skew      sent p50 {:.3f} ms, p99 {:.3f} ms, max {:.3f} ms after the {}; last answer {:.3f} ms\n",
      in_ms(skew.percentile(kMedianPercentile)), in_ms(skew.percentile(kTailPercentile)), in_ms(skew.max()),
      document.scenario.mode == "burst" ? "release" : "planned instant", in_ms(repeat.figures.last_answer_ns));
  fmt::format_to(out, "rate      {}", describe_throughput(repeat.figures));
  if (repeat.planned > 0 && document.scenario.mode == "rate") {
    fmt::format_to(out, "; {} of {} planned were sent in time", grouped(repeat.figures.sent_in_window),
                   grouped(repeat.planned));
  }
  if (repeat.validity.little_error) {
    fmt::format_to(out, "; {:+.1f} % off Little's law", *repeat.validity.little_error * kPercent);
  }
  fmt::format_to(out, "\n");
}

void add_answers(const Figures& figures, Out out) {
  fmt::format_to(out, "answers\n");
  std::size_t shown = 0;
  for (const auto& answer : figures.answers) {
    if (shown++ == kAnswersShown) {
      fmt::format_to(out, "  … and {} other kinds\n", figures.answers.size() - kAnswersShown);
      return;
    }
    fmt::format_to(out, "  {:<10}{:>10}  {}\n", name_of(answer.outcome), grouped(answer.count), describe(answer));
  }
}

void add_invariants(const RepeatDocument& repeat, Out out) {
  base::Table table{{"invariant", "status", "expected", "actual"}, {}};
  for (const auto& invariant : repeat.invariants) {
    table.rows.push_back(
        {invariant.name, std::string(name_of(invariant.status)), invariant.expected, invariant.actual});
  }
  fmt::format_to(out, "{}", base::render(table, base::OutputFormat::kTable));
  for (const auto& invariant : repeat.invariants) {
    for (const auto& example : invariant.examples) fmt::format_to(out, "  {}: {}\n", invariant.name, example);
  }
}

void add_thresholds(const RepeatDocument& repeat, Out out) {
  if (repeat.thresholds.empty()) return;
  base::Table table{{"threshold", "status", "actual"}, {}};
  for (const auto& result : repeat.thresholds) {
    table.rows.push_back({result.expression, std::string(name_of(result.status)), describe(result)});
  }
  fmt::format_to(out, "{}", base::render(table, base::OutputFormat::kTable));
}

void add_validity(const RepeatDocument& repeat, Out out) {
  const auto& validity = repeat.validity;
  fmt::format_to(out, "validity  {}", validity.judged.valid() ? "valid" : "invalid");
  const char* separator = ":";
  for (std::size_t i = 0; i < validity.threads.size(); ++i) {
    const auto& thread = validity.threads[i];
    fmt::format_to(out, "{} thread {}: lag p99 {:.1f} ms, without a core {:.1f} %", separator, i,
                   in_ms(thread.lag_p99_ns), delay_share(thread) * kPercent);
    separator = ";";
  }
  const auto raised = describe_raised(validity.limits);
  if (!raised.empty()) fmt::format_to(out, " (limits raised: {})", raised);
  fmt::format_to(out, "\n");
  for (const auto& reason : validity.judged.reasons) fmt::format_to(out, "  {}\n", reason);
  if (!validity.judged.latency_invalid.empty()) fmt::format_to(out, "  {}\n", validity.judged.latency_invalid);
}

void add_repeat(const RunDocument& document, const RepeatDocument& repeat, Out out) {
  if (!repeat.released) return;
  add_times(document, repeat.figures, out);
  add_sends(document, repeat, out);
  add_answers(repeat.figures, out);
  add_invariants(repeat, out);
  add_thresholds(repeat, out);
  add_validity(repeat, out);
}

}  // namespace

std::string render_table(const RunDocument& document) {
  auto text = describe(document.scenario) + '\n';
  const auto out = std::back_inserter(text);
  const auto count = document.repeats.size();
  if (count == 1) {
    add_repeat(document, document.repeats.front(), out);
    return text + document.verdict + '\n';
  }
  for (std::size_t i = 0; i < count; ++i) {
    fmt::format_to(out, "\nrepeat {} of {}\n", i + 1, count);
    add_repeat(document, document.repeats[i], out);
    fmt::format_to(out, "{}\n", document.repeats[i].verdict);
  }
  return text + fmt::format("\nthe worst of {} repeats\n{}\n", count, document.verdict);
}

std::string render_table(const RunReport& report) { return render_table(make_document(report)); }

}  // namespace coupon::load
