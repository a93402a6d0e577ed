#include <algorithm>
#include <fmt/format.h>

#include "base/text.hpp"
#include "couponload/report/html/charts.hpp"
#include "couponload/report/html/parts.hpp"
#include "couponload/report/html/style.hpp"
#include "couponload/report/render.hpp"

namespace coupon::load {

namespace {

// Kept free for what stands around the repeats.
constexpr std::size_t kFrameBytes = 40'000;

std::string chart_card(std::string_view title, const std::string& chart) {
  return chart.empty() ? std::string()
                       : fmt::format("<section class=\"card\"><h3>{}</h3>\n{}</section>\n", title, chart);
}

std::string body_of(const RunDocument& document, std::size_t index) {
  const auto& repeat = document.repeats[index];
  if (!repeat.released) return "<p>Nothing was sent.</p>\n";
  return html::tiles(repeat) + html::invariants(repeat) + html::thresholds(repeat) + html::validity(repeat) +
         chart_card("Latency by percentile", html::latency_curves(document, repeat, index + 1)) +
         html::percentiles(repeat) + chart_card("Over time", html::time_bars(repeat, index + 1)) +
         html::answers(repeat);
}

// The worst repeat is open; of the others as many as fit.
std::string repeats_of(const RunDocument& document) {
  const auto count = document.repeats.size();
  if (count == 1) return body_of(document, 0);
  const auto worst = static_cast<std::size_t>(
      std::ranges::find(document.repeats, document.exit, &RepeatDocument::exit) - document.repeats.begin());
  auto bodies = std::vector<std::string>(count);
  bodies[worst % count] = body_of(document, worst % count);
  auto left = kHtmlBytesMax - kFrameBytes - std::min(kHtmlBytesMax - kFrameBytes, bodies[worst % count].size());
  std::string text = html::overview(document);
  std::size_t without = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (bodies[i].empty()) {
      bodies[i] = body_of(document, i);
      if (bodies[i].size() > left) {
        ++without;
        continue;
      }
      left -= bodies[i].size();
    }
    text += fmt::format("<details{}><summary>Repeat {} of {}</summary>\n<p>{}</p>\n{}</details>\n",
                        i == worst ? " open" : "", i + 1, count, html::text(document.repeats[i].verdict), bodies[i]);
  }
  if (without > 0) text += fmt::format("<p class=\"soft\">{} more repeats are in the JSON result.</p>\n", without);
  return text;
}

}  // namespace

std::string render_html(const RunDocument& document) {
  const auto title = describe(document.scenario);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>couponload: {}</title>\n"
      "<link rel=\"icon\" href=\"data:,\">\n<style>{}</style></head>\n<body><main>\n<h1>couponload report</h1>\n"
      "<p class=\"soft\">{}</p>\n{}{}{}<footer>couponload {} · {}</footer>\n</main></body></html>\n",
      html::text(document.verdict, 80), html::style_sheet(), html::text(title, 600), html::banner(document),
      repeats_of(document), html::environment(document), html::text(document.version),
      base::format_instant(document.repeats.front().started_ms));
}

}  // namespace coupon::load
