#include "couponload/cli/compare_command.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <fmt/core.h>
#include <optional>

#include "couponload/compare/compare.hpp"
#include "couponload/units.hpp"

namespace coupon::load {

namespace {

constexpr double kBandMaxPercent = 1000;

constexpr const char* kCompareExamples = R"(Examples:
  couponload burst --repeat 5 --out before.json
  couponload burst --repeat 5 --out after.json
  couponload compare before.json after.json       every figure: medians, shift, exact p, Holm's correction
  couponload compare a1.json,a2.json b1.json,b2.json --band 10%   several results a side
  couponload compare before.json after.json -o json

A regression is a change for the worse that is both proven (Mann-Whitney, p < 0.05 after Holm) and beyond the band.

Exit codes: 0 no regression, 4 regression, 6 fewer than 5 valid repeats on a side (ratios only),
2 not results of the same scenario.)";

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> paths;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const auto end = std::min(text.find(',', begin), text.size());
    if (end > begin) paths.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (paths.empty()) throw CLI::ValidationError("a result file is missing");
  return paths;
}

// "5", "5%" or "5 %"; a share.
double parse_band(const std::string& text) {
  double percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  auto rest = std::string_view(text).substr(static_cast<std::size_t>(end - text.data()));
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  if (error != std::errc{} || (!rest.empty() && rest != "%") || !(percent >= 0 && percent <= kBandMaxPercent)) {
    throw CLI::ValidationError(fmt::format("--band: '{}' must be a percentage such as 5%", text));
  }
  return percent / kPercent;
}

std::optional<std::vector<RunDocument>> load_all(const std::vector<std::string>& paths) {
  std::vector<RunDocument> documents;
  for (const auto& path : paths) {
    auto document = load_document(path);
    if (!document) {
      fmt::print(stderr, "{}\n", document.error().message);
      return std::nullopt;
    }
    documents.push_back(*std::move(document));
  }
  return documents;
}

}  // namespace

CompareCommandLine::CompareCommandLine(CLI::App& parent)
    : app_(parent.add_subcommand("compare", "says whether the second result is slower than the first")),
      options_(std::make_unique<CompareOptions>()) {
  app_->footer(kCompareExamples);
  const auto add_side = [this](const char* name, std::vector<std::string>& paths) {
    app_->add_option_function<std::string>(
            name, [&paths](const std::string& text) { paths = split(text); }, "result files, separated by commas")
        ->required()
        ->type_name("RUN.json[,RUN.json…]");
  };
  add_side("A", options_->a);
  add_side("B", options_->b);
  app_->add_option_function<std::string>(
          "--band", [this](const std::string& text) { options_->band = parse_band(text); },
          "changes of the median up to this are none")
      ->type_name("PERCENT")
      ->default_str("5%")
      ->take_last();
  app_->add_option_function<std::string>(
          "-o,--output",
          [this](const std::string& text) {
            if (text != "table" && text != "json") throw CLI::ValidationError("--output must be table or json");
            options_->format = text == "json" ? base::OutputFormat::kJson : base::OutputFormat::kTable;
          },
          "what to print")
      ->type_name("table|json")
      ->default_str("table")
      ->take_last();
}

bool CompareCommandLine::chosen() const { return app_->parsed(); }

ExitCode run_compare_command(const CompareOptions& options, std::ostream& out) {
  const auto a = load_all(options.a);
  if (!a) return ExitCode::kUsage;
  const auto b = load_all(options.b);
  if (!b) return ExitCode::kUsage;
  const auto comparison = compare(*a, *b, options.band);
  if (!comparison) {
    fmt::print(stderr, "{}\n", comparison.error().message);
    return ExitCode::kUsage;
  }
  out << render(*comparison, options.format) << std::flush;
  return exit_of(*comparison);
}

}  // namespace coupon::load
