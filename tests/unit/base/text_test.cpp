#include "base/text.hpp"

#include <gtest/gtest.h>

namespace coupon::base {
namespace {

TEST(Text, Integer_refuses_what_is_not_exactly_a_number_in_range) {
  EXPECT_EQ(parse_integer("42", "n", 0, 100).value(), 42);
  EXPECT_EQ(parse_integer("-7", "n", -10, 0).value(), -7);
  for (const auto* bad : {"", " 1", "1 ", "1.0", "0x10", "1e3", "+1", "101", "-1", "99999999999999999999"}) {
    EXPECT_FALSE(parse_integer(bad, "n", 0, 100)) << bad;
  }
}

TEST(Text, Integer_error_names_field_and_range) {
  EXPECT_EQ(parse_integer("x", "quota", 1, 9).error().message, "quota must be a whole number between 1 and 9");
}

TEST(Text, Duration_takes_units_and_refuses_bare_numbers) {
  EXPECT_EQ(parse_duration_ms("250ms", "d", 1000).value(), 250);
  EXPECT_EQ(parse_duration_ms("10s", "d", 10'000).value(), 10'000);
  EXPECT_EQ(parse_duration_ms("2m", "d", 1'000'000).value(), 120'000);
  EXPECT_EQ(parse_duration_ms("1h", "d", 3'600'000).value(), 3'600'000);
  EXPECT_EQ(parse_duration_ms("0", "d", 10).value(), 0);
  for (const auto* bad : {"", "10", "s", "-1s", "1.5s", "11s", "1d", "10 s", "99999999999999999999h"}) {
    EXPECT_FALSE(parse_duration_ms(bad, "d", 10'000)) << bad;
  }
}

TEST(Text, Instant_reads_zones_fractions_and_milliseconds) {
  EXPECT_EQ(parse_instant_ms("1970-01-01T00:00:01Z", "t").value(), 1000);
  EXPECT_EQ(parse_instant_ms("2026-05-01T10:00:00Z", "t").value(), 1'777'629'600'000);
  EXPECT_EQ(parse_instant_ms("2026-05-01T19:00:00+09:00", "t").value(), 1'777'629'600'000);
  EXPECT_EQ(parse_instant_ms("2026-05-01T10:00:00.25Z", "t").value(), 1'777'629'600'250);
  EXPECT_EQ(parse_instant_ms("1777629600000", "t").value(), 1'777'629'600'000);
}

TEST(Text, Instant_refuses_dates_that_do_not_exist) {
  for (const auto* bad : {"", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-05-01T24:00:00Z",
                          "2026-05-01T10:00:00", "2026-05-01", "tomorrow", "2026-05-01T10:00:00+25:00", "0"}) {
    EXPECT_FALSE(parse_instant_ms(bad, "t")) << bad;
  }
}

TEST(Text, Instant_is_written_in_UTC_with_milliseconds) {
  EXPECT_EQ(format_instant(1'777'629'600'250), "2026-05-01T10:00:00.250Z");
  EXPECT_EQ(parse_instant_ms(format_instant(1'777'629'600'250), "t").value(), 1'777'629'600'250);
}

TEST(Text, Json_escape_always_gives_valid_text) {
  EXPECT_EQ(json_escape("a\"b\\c\n\x01"), "a\\\"b\\\\c\\n\\u0001");
  EXPECT_EQ(json_escape("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
  EXPECT_EQ(json_escape("\xff"), "\xef\xbf\xbd");
  EXPECT_EQ(json_escape("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Text, Looks_like_allows_two_edits) {
  EXPECT_TRUE(looks_like("qouta", "quota"));
  EXPECT_FALSE(looks_like("member", "quota"));
}

}  // namespace
}  // namespace coupon::base
