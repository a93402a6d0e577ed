#pragma once
// A result in every form that people and other programs read. All work on a document alone (see document.hpp).

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "couponload/outcome.hpp"
#include "couponload/report/document.hpp"

namespace coupon::load {

enum class ReportFormat {
  kTable,   ///< for people
  kJson,    ///< couponload.run/1 itself
  kHgrm,    ///< HdrHistogram's percentile table, in milliseconds
  kHlog,    ///< HdrHistogram's log, version 1.3: a line each class and repeat, tagged with the class
  kCsv,     ///< a row each repeat, class, metric and figure
  kSeries,  ///< CSV: a row each repeat and interval
  kHtml,    ///< one page without script, at most kHtmlBytesMax
  kJunit,   ///< a suite each repeat
};

/// table, json, hgrm, hlog, csv, series-csv, html, junit.
[[nodiscard]] base::Result<ReportFormat> parse_report_format(std::string_view text);

/// `outcome` narrows hgrm, hlog and csv to one class; nothing is all requests (hgrm) or every class (hlog, csv).
[[nodiscard]] std::string render(const RunDocument& document, ReportFormat format,
                                 std::optional<Outcome> outcome = std::nullopt);

[[nodiscard]] std::string render_table(const RunDocument& document);
/// Of each repeat one table behind another; what starts with # is a comment to the readers of this format.
[[nodiscard]] std::string render_hgrm(const RunDocument& document, std::optional<Outcome> outcome);
[[nodiscard]] std::string render_csv(const RunDocument& document, std::optional<Outcome> outcome);
[[nodiscard]] std::string render_series_csv(const RunDocument& document);
[[nodiscard]] std::string render_html(const RunDocument& document);
[[nodiscard]] std::string render_junit(const RunDocument& document);

inline constexpr std::size_t kHtmlBytesMax = std::size_t{300} * 1000;

/// "burst of 10,000 requests by 10,000 members for FLASH100 at http://shop, 1 thread".
[[nodiscard]] std::string describe(const Scenario& scenario);
/// Of a repeat: what a second brought.
[[nodiscard]] std::string describe_throughput(const Figures& figures);
/// The limits of validity that are laxer than the default: "lag up to 60000 ms, without a core up to 100 %"; empty when
/// none is.
[[nodiscard]] std::string describe_raised(const ValidityLimits& limits);
/// "200 COUPON-001", or the reason why there was no answer.
[[nodiscard]] std::string describe(const AnswerCount& answer);

/// "12.345 ms", "990", or that there were no samples.
[[nodiscard]] std::string describe(const ThresholdResult& result);
/// The share of its time in which a thread wanted a core and had none; 0 when it is not known.
[[nodiscard]] double delay_share(const ThreadDocument& thread);

inline constexpr std::int64_t kNsPerMsWhole = 1'000'000;
[[nodiscard]] inline double in_ms(std::int64_t ns) { return static_cast<double>(ns) / kNsPerMsWhole; }

/// `text` inside an XML or HTML text or attribute; control characters and what is no UTF-8 become U+FFFD.
[[nodiscard]] std::string xml_escape(std::string_view text);

}  // namespace coupon::load
