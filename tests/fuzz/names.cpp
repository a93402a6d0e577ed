// Names, ids, numbers, times and instants as people and programs write them.

#include <limits>
#include <string>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "coupon/coupon.hpp"
#include "fuzz/check.hpp"

namespace coupon::fuzz_names {

using fuzz::accepted;

namespace {

template <class Name>
void check_name(std::string_view text) {
  const auto name = Name::parse(text);
  if (!accepted(name)) return;
  FUZZ_CHECK(name->text() == text);
  FUZZ_CHECK(!text.empty() && text.size() <= Name::kMax);
  FUZZ_CHECK(base::json_escape(text) == text);
}

void check_id(std::string_view text) {
  const auto id = base::Ulid::parse(text);
  if (accepted(id)) {
    const auto again = base::Ulid::parse(id->text());
    FUZZ_CHECK(accepted(again) && *again == *id);
    FUZZ_CHECK(id->created_ms() >= 0);
  }
  const auto raw = base::Ulid::from_bytes(text);
  if (!accepted(raw)) return;
  FUZZ_CHECK(raw->view() == text);
  const auto again = base::Ulid::parse(raw->text());
  FUZZ_CHECK(accepted(again) && *again == *raw);
}

void check_numbers(std::string_view text) {
  constexpr std::int64_t kMin = -1'000;
  constexpr std::int64_t kMax = 1'000'000;
  if (const auto number = base::parse_integer(text, "it", kMin, kMax); accepted(number)) {
    FUZZ_CHECK(*number >= kMin && *number <= kMax);
  }
  for (const auto max : {kMax, std::numeric_limits<std::int64_t>::max()}) {
    if (const auto ms = base::parse_duration_ms(text, "it", max); accepted(ms)) FUZZ_CHECK(*ms >= 0 && *ms <= max);
  }
  const auto instant = base::parse_instant_ms(text, "it");
  if (!accepted(instant)) return;
  const auto again = base::parse_instant_ms(base::format_instant(*instant), "it");
  FUZZ_CHECK(accepted(again) && *again == *instant);
}

void check_escape(std::string_view text) {
  const auto escaped = base::json_escape(text);
  FUZZ_CHECK(escaped.size() <= 6 * text.size());
  for (const char c : escaped) FUZZ_CHECK(static_cast<unsigned char>(c) >= 0x20);
}

}  // namespace

FUZZ_TARGET(names) {
  const auto text = fuzz::text_of(data, size);
  check_name<CouponCode>(text);
  check_name<MemberId>(text);
  check_id(text);
  check_numbers(text);
  check_escape(text);
  const auto half = size / 2;
  FUZZ_CHECK(base::looks_like(text.substr(0, half), text.substr(half)) ==
             base::looks_like(text.substr(half), text.substr(0, half)));
  if (const auto state = parse_coupon_state(text); accepted(state)) FUZZ_CHECK(name_of(*state) == text);
  return 0;
}

}  // namespace coupon::fuzz_names
