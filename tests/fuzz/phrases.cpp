// The small languages of couponload's command line: thresholds, conditions, header fields, placeholders, shards.

#include "couponload/profile/condition.hpp"
#include "couponload/profile/header_field.hpp"
#include "couponload/profile/placeholders.hpp"
#include "couponload/report/threshold.hpp"
#include "fuzz/check.hpp"

namespace coupon::fuzz_phrases {

using namespace load;
using fuzz::accepted;

namespace {

void check_threshold(std::string_view text) {
  const auto threshold = parse_threshold(text);
  if (!accepted(threshold)) return;
  FUZZ_CHECK(threshold->text == text && threshold->limit >= 0);
  FUZZ_CHECK(threshold->percentile >= 0 && threshold->percentile <= 100);
  const auto judged = judge(*threshold, Figures());
  FUZZ_CHECK(judged.expression == text);
}

void check_condition(std::string_view text) {
  const auto condition = parse_condition(text);
  if (!accepted(condition)) return;
  FUZZ_CHECK(condition->pointer.starts_with('/') && condition->pointer.size() <= kPointerBytesMax);
  const auto again = parse_condition(text_of(*condition));
  FUZZ_CHECK(accepted(again) && *again == *condition);
}

void check_placeholders_of(std::string_view text) {
  std::size_t held = 0;
  for (const auto& piece : split_placeholders(text)) {
    held += piece.text.size() + (piece.kind == Piece::Kind::kText ? 0 : 2);
  }
  FUZZ_CHECK(held == text.size());
  const Variables values{{"code", "C"}, {"run", "R"}};
  const Subject subject{.code = "C", .member = "\"m\"", .variables = &values};
  FUZZ_CHECK(!fill_path(text, subject).empty() == !text.empty());
  FUZZ_CHECK(!fill_body(text, subject).empty() == !text.empty());
  FUZZ_CHECK(!fill_header(text, subject).empty() == !text.empty());
  FUZZ_CHECK(accepted(check_placeholders(text, {.member = true, .request = true, .code = true, .captured = {}})) ||
             !text.empty());
}

}  // namespace

FUZZ_TARGET(phrases) {
  const auto text = fuzz::text_of(data, size);
  check_threshold(text);
  check_condition(text);
  check_placeholders_of(text);
  if (const auto field = parse_field(text); accepted(field)) {
    FUZZ_CHECK(!field->first.empty() && !has_control_character(field->second));
    FUZZ_CHECK(field->second.size() <= kFieldBytesMax);
  }
  return 0;
}

}  // namespace coupon::fuzz_phrases
