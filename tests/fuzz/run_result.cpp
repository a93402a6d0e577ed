// A run's result: read, written, shown in every form, compared.

#include <array>

#include "couponload/compare/compare.hpp"
#include "couponload/report/document.hpp"
#include "couponload/report/hlog.hpp"
#include "couponload/report/render.hpp"
#include "fuzz/check.hpp"

namespace coupon::fuzz_run_result {

using namespace load;
using fuzz::accepted;

FUZZ_TARGET(run_result) {
  const auto document = read_document(fuzz::text_of(data, size));
  if (!accepted(document)) return 0;
  FUZZ_CHECK(!document->repeats.empty());
  const auto written = write_document(*document);
  const auto again = read_document(written);
  FUZZ_CHECK(accepted(again));
  FUZZ_CHECK(write_document(*again) == written);
  using enum ReportFormat;
  for (const auto format : {kTable, kJson, kHgrm, kHlog, kCsv, kSeries, kHtml, kJunit}) {
    const auto shown = render(*document, format);
    FUZZ_CHECK(format != kHtml || shown.size() <= kHtmlBytesMax);
    if (format == kHlog) FUZZ_CHECK(accepted(read_hlog(shown)));
  }
  const auto comparison = compare({*document}, {*again}, 0.05);
  if (accepted(comparison)) {
    for (const auto format : {base::OutputFormat::kTable, base::OutputFormat::kJson}) {
      FUZZ_CHECK(!render(*comparison, format).empty());
    }
  }
  return 0;
}

}  // namespace coupon::fuzz_run_result
