#include "couponload/cli/report_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/core.h>

#include "couponload/cli/preflight.hpp"

namespace coupon::load {

namespace {

constexpr const char* kReportExamples = R"(Examples:
  couponload burst --out run.json                 keeps the result
  couponload report run.json                      the table that the run printed
  couponload report run.json --format html --out run.html
  couponload report run.json --format junit --out junit.xml     for a CI server
  couponload report run.json --format hgrm --class issued       HdrHistogram's percentile table, in ms
  couponload report run.json --format hlog --out run.hlog       HdrHistogram's log, tagged by class
  couponload report run.json --format csv         percentiles; series-csv: counts over time

Exit codes: 0 written, whatever the verdict was, 2 not a result, 1 the file cannot be written.)";

Outcome parse_class(const std::string& text) {
  std::string all;
  for (const auto outcome : kOutcomes) {
    if (name_of(outcome) == text) return outcome;
    all += fmt::format("{}{}", all.empty() ? "" : ", ", name_of(outcome));
  }
  throw CLI::ValidationError(fmt::format("--class: '{}' must be one of {}", text, all));
}

}  // namespace

ReportCommandLine::ReportCommandLine(CLI::App& parent)
    : app_(parent.add_subcommand("report", "shows a result in another form")),
      options_(std::make_unique<ReportOptions>()) {
  app_->footer(kReportExamples);
  app_->add_option("RUN", options_->path, "a result file (--out of a run); - is standard input")
      ->required()
      ->type_name("RUN.json");
  app_->add_option_function<std::string>(
          "-f,--format",
          [this](const std::string& text) {
            const auto format = parse_report_format(text);
            if (!format) throw CLI::ValidationError("--format: " + format.error().message);
            options_->format = *format;
          },
          "the form")
      ->type_name("table|json|hgrm|hlog|csv|series-csv|html|junit")
      ->default_str("table")
      ->take_last();
  app_->add_option_function<std::string>(
          "--class", [this](const std::string& text) { options_->outcome = parse_class(text); },
          "this class of answers only, in hgrm, hlog and csv")
      ->type_name("CLASS")
      ->take_last();
  app_->add_option("--out", options_->out_path, "write to this file instead of standard output")->type_name("FILE");
}

bool ReportCommandLine::chosen() const { return app_->parsed(); }

ExitCode deliver(const std::string& text, const std::string& path, std::ostream& out) {
  if (path.empty()) {
    out << text << std::flush;
    return out.good() ? ExitCode::kPass : ExitCode::kInternal;
  }
  const auto written = write_atomically(path, text);
  if (written) return ExitCode::kPass;
  fmt::print(stderr, "--out: {}\n", written.error().message);
  return ExitCode::kInternal;
}

ExitCode run_report_command(const ReportOptions& options, std::ostream& out) {
  const auto document = load_document(options.path);
  if (!document) {
    fmt::print(stderr, "{}\n", document.error().message);
    return ExitCode::kUsage;
  }
  return deliver(render(*document, options.format, options.outcome), options.out_path, out);
}

}  // namespace coupon::load
