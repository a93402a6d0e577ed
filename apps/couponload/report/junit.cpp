#include <fmt/format.h>
#include <iterator>

#include "base/text.hpp"
#include "couponload/report/render.hpp"
#include "couponload/units.hpp"

namespace coupon::load {

namespace {

constexpr std::size_t kInstantSize = std::string_view("2026-05-01T10:00:00").size();

struct Case {
  enum class End { kPassed, kFailed, kError, kSkipped };
  std::string room;  ///< correctness, validity or threshold
  std::string name;
  End end = End::kPassed;
  std::string message;
  std::string detail;
};

Case case_of(const Invariant& invariant) {
  constexpr std::array kEnds{Case::End::kPassed, Case::End::kFailed, Case::End::kSkipped, Case::End::kError};
  return {.room = "correctness",
          .name = invariant.name,
          .end = kEnds.at(static_cast<std::size_t>(invariant.status)),
          .message = fmt::format("expected {}, actual {}", invariant.expected, invariant.actual),
          .detail = fmt::format("{}", fmt::join(invariant.examples, "\n"))};
}

Case case_of(const ThresholdResult& result) {
  constexpr std::array kEnds{Case::End::kPassed, Case::End::kFailed, Case::End::kError};
  return {.room = "threshold",
          .name = result.expression,
          .end = kEnds.at(static_cast<std::size_t>(result.status)),
          .message = fmt::format("actual {}", describe(result)),
          .detail = {}};
}

std::vector<Case> cases_of(const RepeatDocument& repeat) {
  std::vector<Case> cases;
  for (const auto& invariant : repeat.invariants) cases.push_back(case_of(invariant));
  const auto& judged = repeat.validity.judged;
  cases.push_back({.room = "validity",
                   .name = "generator",
                   .end = judged.valid() ? Case::End::kPassed : Case::End::kError,
                   .message = judged.valid() ? std::string() : judged.reasons.front(),
                   .detail = fmt::format("{}", fmt::join(judged.reasons, "\n"))});
  cases.push_back({.room = "validity",
                   .name = "times",
                   .end = judged.latency_invalid.empty() ? Case::End::kPassed : Case::End::kError,
                   .message = judged.latency_invalid,
                   .detail = {}});
  for (const auto& result : repeat.thresholds) cases.push_back(case_of(result));
  return cases;
}

struct Sums {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;

  void add(const Case& one) {
    ++tests;
    failures += one.end == Case::End::kFailed ? 1 : 0;
    errors += one.end == Case::End::kError ? 1 : 0;
    skipped += one.end == Case::End::kSkipped ? 1 : 0;
  }
  [[nodiscard]] std::string attributes() const {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", tests, failures, errors, skipped);
  }
};

std::string render_case(const Case& one) {
  auto text = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"0\"", one.room, xml_escape(one.name));
  const auto message = xml_escape(one.message);
  const auto element = [&](std::string_view name) {
    return fmt::format(">\n      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n    </testcase>\n", name, message,
                       one.room, xml_escape(one.detail));
  };
  switch (one.end) {
    case Case::End::kFailed: return text + element("failure");
    case Case::End::kError: return text + element("error");
    case Case::End::kSkipped:
      return text + fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n", message);
    case Case::End::kPassed: break;
  }
  return text + "/>\n";
}

std::string render_properties(const RunDocument& document) {
  const auto& scenario = document.scenario;
  const auto property = [](std::string_view name, std::string_view value) {
    return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml_escape(value));
  };
  return "    <properties>\n" + property("mode", scenario.mode) + property("url", scenario.url) +
         property("profile", scenario.profile) + property("profile_sha256", scenario.profile_sha256) +
         property("seed", fmt::format("{}", scenario.seed)) + "    </properties>\n";
}

std::string render_suite(const RunDocument& document, std::size_t index, Sums& all) {
  const auto& repeat = document.repeats[index];
  Sums sums;
  std::string cases;
  for (const auto& one : cases_of(repeat)) {
    sums.add(one);
    all.add(one);
    cases += render_case(one);
  }
  return fmt::format(
      "  <testsuite id=\"{}\" package=\"couponload\" name=\"couponload.{}.{}\" timestamp=\"{}\" hostname=\"{}\" "
      "{} time=\"{:.3f}\">\n{}{}    <system-out>{}</system-out>\n    <system-err></system-err>\n  </testsuite>\n",
      index, xml_escape(document.scenario.mode), index + 1,
      base::format_instant(repeat.started_ms).substr(0, kInstantSize),
      xml_escape(document.host.name.empty() ? "unknown" : document.host.name), sums.attributes(),
      static_cast<double>(repeat.figures.last_answer_ns) / kNsPerSecond, render_properties(document), cases,
      xml_escape(repeat.verdict));
}

}  // namespace

std::string render_junit(const RunDocument& document) {
  Sums sums;
  std::string suites;
  for (std::size_t i = 0; i < document.repeats.size(); ++i) suites += render_suite(document, i, sums);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"couponload\" {}>\n{}</testsuites>\n",
      sums.attributes(), suites);
}

}  // namespace coupon::load
