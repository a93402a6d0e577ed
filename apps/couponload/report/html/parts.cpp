#include "couponload/report/html/parts.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.hpp"
#include "couponload/report/render.hpp"
#include "couponload/units.hpp"

namespace coupon::load::html {

namespace {

constexpr std::size_t kRowsMax = 30;
constexpr std::size_t kAnswersMax = 20;
constexpr std::size_t kArgumentsBytesMax = 2'000;
constexpr double kGiB = 1024.0 * 1024 * 1024;

std::string table(std::string_view caption, std::string_view head, std::string_view body) {
  return fmt::format(
      "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table><thead><tr>{1}</tr></thead>"
      "<tbody>\n{2}</tbody></table></div>\n",
      caption, head, body);
}

std::string card(std::string_view title, std::string_view body) {
  return fmt::format("<section class=\"card\"><h3>{}</h3>\n{}</section>\n", title, body);
}

std::string status(std::string_view style, std::string_view mark, std::string_view word) {
  return fmt::format("<span class=\"t-{}\">{} {}</span>", style, mark, word);
}

std::string status_of(Judgement judgement) {
  switch (judgement) {
    case Judgement::kPass: return status("good", "✓", "pass");
    case Judgement::kFail: return status("bad", "✗", "fail");
    case Judgement::kInconclusive: return status("warn", "?", "inconclusive");
    case Judgement::kSkipped: break;
  }
  return status("none", "–", "skipped");
}

std::string status_of(ThresholdStatus result) {
  switch (result) {
    case ThresholdStatus::kPass: return status("good", "✓", "pass");
    case ThresholdStatus::kFail: return status("bad", "✗", "fail");
    case ThresholdStatus::kInvalid: break;
  }
  return status("warn", "?", "invalid");
}

std::string_view style_of_exit(int exit) {
  switch (static_cast<ExitCode>(exit)) {
    case ExitCode::kPass: return "good";
    case ExitCode::kCorrectness:
    case ExitCode::kThreshold: return "bad";
    default: return "warn";
  }
}

std::string row(std::string_view name, std::string_view value) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
}

std::string list(const std::vector<std::string>& lines) {
  std::string items = "<ul class=\"examples\">";
  for (std::size_t i = 0; i < std::min(lines.size(), kRowsMax); ++i)
    items += fmt::format("<li>{}</li>", text(lines[i]));
  return items + "</ul>";
}

std::string tile(std::string_view value, std::string_view name) {
  return fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>\n", value, name);
}

std::string figure(const base::Histogram& times, double percentile) {
  const bool enough = enough_samples(times.count(), percentile);
  return fmt::format("<td class=\"n\">{:.3f}{}</td>", in_ms(times.percentile(percentile)), enough ? "" : "*");
}

std::string figures_row(std::string_view name, const base::Histogram& times, bool sum) {
  if (times.count() == 0) return {};
  auto line = fmt::format("<tr{}><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{:.3f}</td>",
                          sum ? " class=\"sum\"" : "", name, grouped(times.count()), in_ms(times.min()));
  for (const auto percentile : kPercentiles) line += figure(times, percentile);
  return line + fmt::format("<td class=\"n\">{:.3f}</td></tr>\n", in_ms(times.max()));
}

std::string figures_table(std::string_view title, const RepeatDocument& repeat, base::Histogram ClassFigures::* times) {
  std::string body;
  for (const auto outcome : kOutcomes) {
    body += figures_row(name_of(outcome), repeat.figures.classes.at(static_cast<std::size_t>(outcome)).*times, false);
  }
  body += figures_row("all", repeat.figures.all.*times, true);
  if (body.empty()) return {};
  std::string head = fmt::format("<th scope=\"col\">{}</th>", title);
  for (const auto* name : {"count", "min", "p50", "p90", "p95", "p99", "p99.9", "max"}) {
    head += fmt::format("<th scope=\"col\" class=\"n\">{}</th>", name);
  }
  return table(title, head, body);
}

std::string join(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

}  // namespace

std::string text(std::string_view from_outside, std::size_t bytes_max) {
  const auto escaped_max = 2 * bytes_max;
  const bool whole = from_outside.size() <= bytes_max;
  auto end = std::min(from_outside.size(), bytes_max);
  while (!whole && end > 0 && (static_cast<unsigned char>(from_outside[end]) & 0xC0) == 0x80) --end;
  auto escaped = xml_escape(from_outside.substr(0, end));
  if (escaped.size() > escaped_max) return text(from_outside, bytes_max / 2);
  return whole ? escaped : escaped + "…";
}

std::string banner(const RunDocument& document) {
  // VERDICT word: the rest
  std::string_view line = document.verdict;
  line.remove_prefix(std::min(line.size(), std::string_view("VERDICT ").size()));
  const auto colon = std::min(line.find(": "), line.size());
  const auto rest = line.substr(std::min(line.size(), colon + 2));
  const auto style = style_of_exit(document.exit);
  const auto* mark = style == "good" ? "✓" : style == "bad" ? "✗" : "?";
  return fmt::format(
      "<section class=\"card banner {}\" aria-label=\"Verdict\"><p class=\"word\">{} {}</p><p>{}</p>"
      "<p class=\"soft\">Exit code {}{}</p></section>\n",
      style, mark, text(line.substr(0, colon)), text(rest, kArgumentsBytesMax), document.exit,
      document.repeats.size() > 1 ? fmt::format(", the worst of {} repeats", document.repeats.size()) : "");
}

std::string tiles(const RepeatDocument& repeat) {
  const auto& figures = repeat.figures;
  const auto count = [&](Outcome outcome) {
    return grouped(figures.classes.at(static_cast<std::size_t>(outcome)).latency.count());
  };
  return "<div class=\"tiles\">\n" + tile(grouped(figures.sent), "requests sent") +
         tile(count(Outcome::kIssued), "issued") + tile(count(Outcome::kSoldOut), "sold out") +
         tile(fmt::format("{:.1f} ms", in_ms(figures.all.latency.percentile(kMedianPercentile))), "median latency") +
         tile(fmt::format("{:.1f} ms", in_ms(figures.all.latency.percentile(kTailPercentile))), "p99 latency") +
         tile(fmt::format("{:.0f} /s", throughput_per_s(figures)),
              fmt::format("over {:.3f} s", static_cast<double>(figures.window_ns) / kNsPerSecond)) +
         "</div>\n";
}

std::string overview(const RunDocument& document) {
  std::string body;
  for (std::size_t i = 0; i < std::min(document.repeats.size(), kRowsMax); ++i) {
    const auto& repeat = document.repeats[i];
    const auto style = style_of_exit(repeat.exit);
    const auto& latency = repeat.figures.all.latency;
    body += fmt::format(
        "<tr><th scope=\"row\">{}</th><td class=\"t-{}\">{}</td><td>{}</td><td class=\"n\">{:.3f}</td>"
        "<td class=\"n\">{:.3f}</td><td class=\"n\">{:.1f}</td></tr>\n",
        i + 1, style, verdict_of(static_cast<ExitCode>(repeat.exit)),
        repeat.validity.judged.valid() ? "valid" : "invalid", in_ms(latency.percentile(kMedianPercentile)),
        in_ms(latency.percentile(kTailPercentile)), throughput_per_s(repeat.figures));
  }
  return card("Repeats",
              table("Repeats",
                    "<th scope=\"col\">repeat</th><th scope=\"col\">verdict</th><th scope=\"col\">generator</th>"
                    "<th scope=\"col\" class=\"n\">p50 ms</th><th scope=\"col\" class=\"n\">p99 ms</th>"
                    "<th scope=\"col\" class=\"n\">requests/s</th>",
                    body));
}

std::string invariants(const RepeatDocument& repeat) {
  std::string body;
  for (std::size_t i = 0; i < std::min(repeat.invariants.size(), kRowsMax); ++i) {
    const auto& one = repeat.invariants[i];
    body += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}{}</td></tr>\n", text(one.name),
                        status_of(one.status), text(one.expected), text(one.actual),
                        one.examples.empty() ? "" : list(one.examples));
  }
  return card("Invariants", table("Invariants",
                                  "<th scope=\"col\">invariant</th><th scope=\"col\">status</th>"
                                  "<th scope=\"col\">expected</th><th scope=\"col\">actual</th>",
                                  body));
}

std::string thresholds(const RepeatDocument& repeat) {
  if (repeat.thresholds.empty()) return {};
  std::string body;
  for (std::size_t i = 0; i < std::min(repeat.thresholds.size(), kRowsMax); ++i) {
    const auto& one = repeat.thresholds[i];
    body += fmt::format("<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td class=\"n\">{}</td></tr>\n",
                        text(one.expression), status_of(one.status), describe(one));
  }
  return card("Thresholds", table("Thresholds",
                                  "<th scope=\"col\">threshold</th><th scope=\"col\">status</th>"
                                  "<th scope=\"col\" class=\"n\">actual</th>",
                                  body));
}

std::string validity(const RepeatDocument& repeat) {
  const auto& judged = repeat.validity.judged;
  auto body =
      fmt::format("<p>{} {}</p>", judged.valid() ? status("good", "✓", "valid") : status("warn", "?", "invalid"),
                  judged.valid() ? "The generator kept up within its limits: the figures tell of the server."
                                 : "The generator did not keep up: the figures say nothing certain.");
  const auto raised = describe_raised(repeat.validity.limits);
  if (!raised.empty()) body += fmt::format("<p>Limits were raised for this run: {}.</p>", raised);
  if (!judged.valid()) body += list(judged.reasons);
  if (!judged.latency_invalid.empty()) body += list({judged.latency_invalid});
  std::string rows;
  for (std::size_t i = 0; i < std::min(repeat.validity.threads.size(), kRowsMax); ++i) {
    const auto& thread = repeat.validity.threads[i];
    rows += fmt::format(
        "<tr><th scope=\"row\">{}</th><td class=\"n\">{:.3f}</td><td class=\"n\">{:.3f}</td><td class=\"n\">{:.3f}</td>"
        "<td class=\"n\">{:.1f} %</td></tr>\n",
        i, in_ms(thread.lag_p50_ns), in_ms(thread.lag_p99_ns), in_ms(thread.lag_max_ns),
        delay_share(thread) * kPercent);
  }
  const auto& figures = repeat.figures;
  body += table("Load threads",
                "<th scope=\"col\">load thread</th><th scope=\"col\" class=\"n\">lag p50 ms</th>"
                "<th scope=\"col\" class=\"n\">lag p99 ms</th><th scope=\"col\" class=\"n\">lag max ms</th>"
                "<th scope=\"col\" class=\"n\">without a core</th>",
                rows);
  body += fmt::format(
      "<p class=\"soft\">Connections: {} opened, p99 {:.3f} ms, {} SYN retransmits, {} failed. Sends: p50 {:.3f} ms, "
      "p99 {:.3f} ms, max {:.3f} ms after the planned instant; {} unsent.</p>",
      grouped(figures.connect.count()), in_ms(figures.connect.percentile(kTailPercentile)),
      grouped(repeat.syn_retransmits), grouped(repeat.connect_failed),
      in_ms(figures.skew.percentile(kMedianPercentile)), in_ms(figures.skew.percentile(kTailPercentile)),
      in_ms(figures.skew.max()), grouped(figures.unsent));
  return card("Validity", body);
}

std::string percentiles(const RepeatDocument& repeat) {
  auto body = figures_table("latency in ms", repeat, &ClassFigures::latency) +
              figures_table("service in ms", repeat, &ClassFigures::service) +
              figures_table("first byte in ms", repeat, &ClassFigures::ttfb);
  body +=
      "<p class=\"soft\">Latency counts from the planned instant to the last byte, service and first byte from the "
      "send. "
      "* too few samples for this percentile.</p>";
  return card("Percentiles", body);
}

std::string answers(const RepeatDocument& repeat) {
  std::string body;
  const auto& all = repeat.figures.answers;
  for (std::size_t i = 0; i < std::min(all.size(), kAnswersMax); ++i) {
    body += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"n\">{}</td></tr>\n",
                        name_of(all[i].outcome), text(describe(all[i])), grouped(all[i].count));
  }
  if (all.size() > kAnswersMax) {
    body += fmt::format("<tr><td colspan=\"3\">and {} other kinds</td></tr>\n", all.size() - kAnswersMax);
  }
  return card("Answers", table("Answers",
                               "<th scope=\"col\">class</th><th scope=\"col\">answer</th>"
                               "<th scope=\"col\" class=\"n\">count</th>",
                               body));
}

std::string environment(const RunDocument& document) {
  const auto& scenario = document.scenario;
  const auto& host = document.host;
  std::string body =
      "<dl>\n" + row("command", "<code>" + text(join(scenario.argv), kArgumentsBytesMax) + "</code>") +
      row("profile", fmt::format("{} <code>{}</code>", text(scenario.profile), text(scenario.profile_sha256))) +
      row("seed", fmt::format("{}", scenario.seed)) +
      row("timeout", fmt::format("{:g} s", static_cast<double>(scenario.timeout_ns) / kNsPerSecond)) +
      row("started", base::format_instant(document.repeats.front().started_ms)) + row("host", text(host.name)) +
      row("cpu", fmt::format("{} × {}", host.cores, text(host.cpu.empty() ? host.machine : host.cpu))) +
      row("memory", fmt::format("{:.1f} GiB", static_cast<double>(host.memory_bytes) / kGiB)) +
      row("kernel", text(host.kernel)) + row("couponload", text(document.version)) + "</dl>\n";
  return card("Environment", body);
}

}  // namespace coupon::load::html
