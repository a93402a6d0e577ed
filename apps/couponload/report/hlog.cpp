#include "couponload/report/hlog.hpp"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "base/text.hpp"
#include "couponload/report/render.hpp"
#include "couponload/units.hpp"

namespace coupon::load {

using base::Errc;
using base::Result;

namespace {

constexpr double kMsPerSecond = 1e3;
constexpr std::string_view kStartTime = "#[StartTime: ";
constexpr std::string_view kTag = "Tag=";
constexpr std::size_t kLogBytesMax = std::size_t{256} << 20;

std::string line_of(const RunDocument& document, const RepeatDocument& repeat, Outcome outcome) {
  const auto& latency = repeat.figures.classes.at(static_cast<std::size_t>(outcome)).latency;
  if (latency.count() == 0) return {};
  const auto start_ms = static_cast<double>(repeat.started_ms - document.repeats.front().started_ms);
  return fmt::format("{}{},{:.3f},{:.3f},{:.3f},{}\n", kTag, name_of(outcome), start_ms / kMsPerSecond,
                     static_cast<double>(repeat.figures.last_answer_ns) / kNsPerSecond, in_ms(latency.max()),
                     latency.encode_base64());
}

// What stands before the next comma; the text is shortened by it.
std::string_view take_field(std::string_view& line) {
  const auto comma = line.find(',');
  const auto field = line.substr(0, comma);
  line = comma == std::string_view::npos ? std::string_view() : line.substr(comma + 1);
  return field;
}

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

Result<HlogEntry> read_entry(std::string_view line) {
  HlogEntry entry;
  if (line.starts_with(kTag)) entry.tag = take_field(line).substr(kTag.size());
  const auto start = number_of(take_field(line));
  const auto length = number_of(take_field(line));
  const auto max = number_of(take_field(line));
  if (!start || !length || !max) return base::fail(Errc::kInvalid, "start, length and maximum must be numbers");
  auto histogram = base::Histogram::decode(line);
  if (!histogram) return std::unexpected(histogram.error());
  entry.start_s = *start;
  entry.length_s = *length;
  entry.values = *std::move(histogram);
  return entry;
}

bool is_legend(std::string_view line) { return line.starts_with("\"StartTimestamp\""); }

}  // namespace

std::string render_hlog(const RunDocument& document, std::optional<Outcome> outcome) {
  const auto started_ms = document.repeats.front().started_ms;
  auto text = fmt::format(
      "#[Logged with couponload {}]\n#[Histogram log format version 1.3]\n"
      "{}{:.3f} (seconds since epoch), {}]\n"
      "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
      document.version, kStartTime, static_cast<double>(started_ms) / kMsPerSecond, base::format_instant(started_ms));
  for (const auto& repeat : document.repeats) {
    for (const auto one : kOutcomes) {
      if (!outcome || *outcome == one) text += line_of(document, repeat, one);
    }
  }
  return text;
}

Result<Hlog> read_hlog(std::string_view text) {
  Hlog log;
  std::size_t held = 0;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(kStartTime)) {
      const auto value = line.substr(kStartTime.size());
      log.start_time_s = number_of(value.substr(0, value.find(' ')));
    }
    if (line.empty() || line.starts_with('#') || is_legend(line)) continue;
    auto entry = read_entry(line);
    if (!entry) return std::unexpected(entry.error().in(fmt::format("line {}", number)));
    held += entry->values.bytes();
    if (held > kLogBytesMax) {
      return base::fail(Errc::kInvalid,
                        fmt::format("line {}: the log's histograms take more than {} MiB", number, kLogBytesMax >> 20));
    }
    log.entries.push_back(*std::move(entry));
  }
  return log;
}

}  // namespace coupon::load
