#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <fmt/format.h>
#include <numeric>
#include <vector>

namespace coupon::base {

Result<std::int64_t> parse_integer(std::string_view text, std::string_view what, std::int64_t min, std::int64_t max) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < min || value > max) {
    return fail(Errc::kInvalid, fmt::format("{} must be a whole number between {} and {}", what, min, max));
  }
  return value;
}

Result<std::int64_t> parse_duration_ms(std::string_view text, std::string_view what, std::int64_t max_ms) {
  struct Unit {
    std::string_view name;
    std::int64_t ms;
  };
  constexpr std::array<Unit, 4> kUnits{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
  const auto bad = [&] {
    return fail(Errc::kInvalid,
                fmt::format("{} must be a time such as 250ms, 10s, 5m or 1h, at most {}ms", what, max_ms));
  };
  if (text == "0") return 0;
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (digits == 0 || error != std::errc{} || stop != text.data() + digits) return bad();
  const auto unit = std::ranges::find(kUnits, text.substr(digits), &Unit::name);
  if (unit == kUnits.end() || number > max_ms / unit->ms) return bad();
  return number * unit->ms;
}

namespace {

constexpr std::int64_t kLastInstantMs = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

bool digits_at(std::string_view text, std::size_t at, std::size_t count, int& value) {
  if (at + count > text.size()) return false;
  value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  return true;
}

// The part behind the seconds: an optional fraction, then Z or ±hh:mm. False when anything is off.
bool parse_zone(std::string_view rest, std::int64_t& fraction_ms, std::int64_t& offset_min) {
  fraction_ms = offset_min = 0;
  if (!rest.empty() && rest.front() == '.') {
    const auto end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    if (end < 2 || end > 10) return false;
    const auto shown = std::min<std::size_t>(end - 1, 3);
    int ms = 0;
    digits_at(rest, 1, shown, ms);
    for (auto i = shown; i < 3; ++i) ms *= 10;
    fraction_ms = ms;
    rest.remove_prefix(end);
  }
  if (rest == "Z" || rest == "z") return true;
  int hours = 0;
  int minutes = 0;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':' || !digits_at(rest, 1, 2, hours) ||
      !digits_at(rest, 4, 2, minutes) || hours > 23 || minutes > 59) {
    return false;
  }
  offset_min = (hours * 60 + minutes) * (rest[0] == '-' ? -1 : 1);
  return true;
}

}  // namespace

Result<std::int64_t> parse_instant_ms(std::string_view text, std::string_view what) {
  const auto bad = [&] {
    return fail(Errc::kInvalid, fmt::format("{} must be an instant such as 2026-05-01T10:00:00Z, or milliseconds "
                                            "since 1970",
                                            what));
  };
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) {
    if (auto ms = parse_integer(text, what, 1, kLastInstantMs)) return ms;
    return bad();
  }
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t fraction_ms = 0;
  std::int64_t offset_min = 0;
  const bool shape = text.size() >= 20 && digits_at(text, 0, 4, year) && text[4] == '-' &&
                     digits_at(text, 5, 2, month) && text[7] == '-' && digits_at(text, 8, 2, day) &&
                     (text[10] == 'T' || text[10] == 't' || text[10] == ' ') && digits_at(text, 11, 2, hour) &&
                     text[13] == ':' && digits_at(text, 14, 2, minute) && text[16] == ':' &&
                     digits_at(text, 17, 2, second) && parse_zone(text.substr(19), fraction_ms, offset_min);
  if (!shape || hour > 23 || minute > 59 || second > 59) return bad();
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return bad();
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  const auto ms = ((days * 24 + hour) * 60 + minute - offset_min) * 60'000 + second * 1000 + fraction_ms;
  if (ms < 1 || ms > kLastInstantMs) return bad();
  return ms;
}

std::string format_instant(std::int64_t wall_ms) {
  using std::chrono::sys_days;
  const auto point = std::chrono::sys_time<std::chrono::milliseconds>{std::chrono::milliseconds{wall_ms}};
  const auto day = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{point - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

namespace {

// Length of the well-formed UTF-8 sequence at `at`, or 0 (overlong forms and surrogates are not well formed).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const auto first = byte(0);
  const std::size_t length = first < 0x80         ? 1
                             : (first >> 5) == 6  ? 2
                             : (first >> 4) == 14 ? 3
                             : (first >> 3) == 30 ? 4
                                                  : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) >> 6) != 2) return 0;
  }
  if (length == 2 && first < 0xc2) return 0;
  if (length == 3 && ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f))) return 0;
  if (length == 4 && ((first == 0xf0 && byte(1) < 0x90) || first > 0xf4 || (first == 0xf4 && byte(1) > 0x8f))) return 0;
  return length;
}

}  // namespace

std::string json_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const auto length = utf8_length(text, at);
    if (length == 0) {
      out += "\xef\xbf\xbd";
      ++at;
    } else if (length > 1) {
      out.append(text, at, length);
      at += length;
    } else {
      switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
          if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
          } else {
            out += c;
          }
      }
      ++at;
    }
  }
  return out;
}

bool looks_like(std::string_view a, std::string_view b) {
  constexpr std::size_t kEdits = 2;
  if (a.size() > 64 || b.size() > 64) return false;
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()] <= kEdits;
}

}  // namespace coupon::base
