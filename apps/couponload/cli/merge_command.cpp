#include "couponload/cli/merge_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/core.h>

#include "base/settings.hpp"
#include "couponload/burst/instant.hpp"
#include "couponload/cli/preflight.hpp"
#include "couponload/report/render.hpp"

namespace coupon::load {

namespace {

constexpr std::int64_t kClockErrorMaxMs = 60'000;
constexpr std::int64_t kRowsMax = 1'000'000'000;

constexpr const char* kMergeExamples = R"(Examples:
  couponload burst --shard 1/2 --start-at $T --out s1.json    on one machine, and 2/2 on another, at the same time
  couponload merge s1.json s2.json -o run.json     one result, one verdict; the evidence files lie beside
  couponload merge s1.json s2.json -o run.json --clock-error 5ms   the machines' clocks agree that well

Exit codes: those of a run, for the whole; 2 the shards do not fit together.)";

}  // namespace

struct MergeCommandLine::Raw {
  explicit Raw(CLI::App& parent)
      : app(parent.add_subcommand("merge", "puts the shards of a run together and verifies the whole")),
        settings(*app) {}

  CLI::App* app;
  base::Settings settings;
  MergeOptions options;
  std::int64_t clock_error_ms = 50;
  std::int64_t rows_max = 4'000'000;
};

MergeCommandLine::MergeCommandLine(CLI::App& parent) : raw_(std::make_unique<Raw>(parent)) {
  auto& app = *raw_->app;
  app.footer(kMergeExamples);
  app.add_option("SHARD", raw_->options.plan.paths, "the result file of every shard")
      ->required()
      ->type_name("S.json …");
  app.add_option("-o,--out", raw_->options.out_path, "the result file of the whole")->required()->type_name("FILE");
  raw_->settings.duration({"clock-error",
                           "how far the machines' clocks may be apart; only what is further apart has "
                           "an order"},
                          raw_->clock_error_ms, kClockErrorMaxMs);
  raw_->settings.integer({"max-rows", "requests with evidence in a repeat; each takes about 300 bytes"}, raw_->rows_max,
                         1, kRowsMax);
}

MergeCommandLine::~MergeCommandLine() = default;

bool MergeCommandLine::chosen() const { return raw_->app->parsed(); }

MergeOptions MergeCommandLine::options() const {
  auto options = raw_->options;
  options.plan.clock_error_ns = raw_->clock_error_ms * kNsPerMs;
  options.plan.rows_max = static_cast<std::size_t>(raw_->rows_max);
  return options;
}

ExitCode run_merge_command(const MergeOptions& options, std::ostream& out) {
  const auto document = merge(options.plan);
  if (!document) {
    fmt::print(stderr, "{}\n", document.error().message);
    return ExitCode::kUsage;
  }
  out << render_table(*document) << std::flush;
  const auto verdict = static_cast<ExitCode>(document->exit);
  if (const auto written = write_atomically(options.out_path, write_document(*document)); !written) {
    fmt::print(stderr, "--out: {}\n", written.error().message);
    return verdict == ExitCode::kPass ? ExitCode::kInternal : verdict;
  }
  return verdict;
}

}  // namespace coupon::load
