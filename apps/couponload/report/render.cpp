#include "couponload/report/render.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "couponload/report/hlog.hpp"

namespace coupon::load {

namespace {

struct Name {
  std::string_view text;
  ReportFormat format;
};
constexpr std::array kNames{Name{"table", ReportFormat::kTable}, Name{"json", ReportFormat::kJson},
                            Name{"hgrm", ReportFormat::kHgrm},   Name{"hlog", ReportFormat::kHlog},
                            Name{"csv", ReportFormat::kCsv},     Name{"series-csv", ReportFormat::kSeries},
                            Name{"html", ReportFormat::kHtml},   Name{"junit", ReportFormat::kJunit}};

}  // namespace

base::Result<ReportFormat> parse_report_format(std::string_view text) {
  const auto* found = std::ranges::find(kNames, text, &Name::text);
  if (found != kNames.end()) return found->format;
  return base::fail(base::Errc::kInvalid,
                    fmt::format("'{}' must be table, json, hgrm, hlog, csv, series-csv, html or junit", text));
}

std::string render(const RunDocument& document, ReportFormat format, std::optional<Outcome> outcome) {
  switch (format) {
    case ReportFormat::kTable: return render_table(document);
    case ReportFormat::kJson: return write_document(document);
    case ReportFormat::kHgrm: return render_hgrm(document, outcome);
    case ReportFormat::kHlog: return render_hlog(document, outcome);
    case ReportFormat::kCsv: return render_csv(document, outcome);
    case ReportFormat::kSeries: return render_series_csv(document);
    case ReportFormat::kHtml: return render_html(document);
    case ReportFormat::kJunit: return render_junit(document);
  }
  return {};
}

}  // namespace coupon::load
