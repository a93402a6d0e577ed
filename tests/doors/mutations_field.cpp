// What can be broken in header fields, but for those that say where a body ends.

#include <fmt/format.h>

#include "doors/http_sample.hpp"

namespace coupon::test {

namespace {

void add_bad_line(Draft& draft, Dice& dice) {
  const auto line =
      dice.text({"garbage", ": x", "X A: b", "X-A : b", "X-A\t: b", "(X): b", "X-A: a\x01z", "X-A: a\rb", " folded: x",
                 "\tfolded", "X\x80: b", "X-A: b\r\n folded", "Host : evil", "X-A:\r\n\tfolded", "\xff\xfe", "X-A=b"});
  draft.fields.insert(draft.fields.begin() + static_cast<std::ptrdiff_t>(dice.below(draft.fields.size() + 1)), line);
}

void put_nul_in_field(Draft& draft, Dice& dice) {
  auto& line = draft.fields.at(dice.below(draft.fields.size()));
  line.insert(dice.below(line.size() + 1), 1, '\0');
}

void drop_host(Draft& draft, Dice& /*dice*/) { draft.field("Host", {}); }

void double_host(Draft& draft, Dice& dice) {
  draft.fields.push_back(dice.text({"Host: localhost", "HOST: evil.example", "Host:"}));
}

void break_host(Draft& draft, Dice& dice) {
  draft.field("Host", "Host: " + dice.text({"", "a b", "user@host", "a/b", "a?b", "a#b", "\xc3\xa9.example", "<a>",
                                            "a\\b", "{}"}));
}

void break_expectation(Draft& draft, Dice& dice) {
  draft.fields.push_back("Expect: " + dice.text({"200-ok", "100-continue, x", "100", "", "continue"}));
}

void break_content_type(Draft& draft, Dice& dice) {
  draft.field("Content-Type",
              "Content-Type: " + dice.text({"", "text/plain", "application/jsonp", "application", "json",
                                            "application/json; charset=utf-16", "application/json/x",
                                            "multipart/form-data; boundary=x", "*/*"}));
}

void drop_content_type(Draft& draft, Dice& /*dice*/) { draft.field("Content-Type", {}); }

void break_key(Draft& draft, Dice& dice) {
  draft.field("Idempotency-Key", "Idempotency-Key: " + dice.text({"a b", "\xc3\xa9", "a\tb"}));
}

void lengthen_key(Draft& draft, Dice& dice) {
  draft.field("Idempotency-Key", "Idempotency-Key: " + std::string(129 + dice.below(4'000), 'k'));
}

void lengthen_field(Draft& draft, Dice& dice) {
  draft.fields.push_back("X-A: " + std::string(8'200 + dice.below(60'000), 'a'));
}

void lengthen_field_name(Draft& draft, Dice& dice) {
  draft.fields.push_back(std::string(8'200 + dice.below(60'000), 'a') + ": x");
}

void add_many_fields(Draft& draft, Dice& dice) {
  const auto count = 2'100 + dice.below(5'000);
  for (std::size_t i = 0; i < count; ++i) draft.fields.emplace_back("a:");
}

}  // namespace

const std::vector<Mutation>& field_mutations() {
  using enum Mutation::Of;
  static const std::vector<Mutation> kTable{
      {"a bad line", Fate::kRefused, After::kEnds, kAny, add_bad_line},
      {"a bad line, again", Fate::kRefused, After::kEnds, kAny, add_bad_line},
      {"a NUL in a field", Fate::kRefused, After::kEnds, kAny, put_nul_in_field},
      {"no Host", Fate::kRefused, After::kEnds, kAny, drop_host},
      {"two Hosts", Fate::kRefused, After::kEnds, kAny, double_host},
      {"a bad Host", Fate::kRefused, After::kEnds, kAny, break_host},
      {"a bad expectation", Fate::kRefused, After::kEnds, kAny, break_expectation},
      {"a wrong Content-Type", Fate::kRefused, After::kGoesOn, kIssue, break_content_type},
      {"no Content-Type", Fate::kRefused, After::kGoesOn, kIssue, drop_content_type},
      {"a bad Idempotency-Key", Fate::kRefused, After::kGoesOn, kIssue, break_key},
      {"a long Idempotency-Key", Fate::kRefused, After::kGoesOn, kIssue, lengthen_key},
      {"a long field", Fate::kRefused, After::kEnds, kAny, lengthen_field},
      {"a long field name", Fate::kRefused, After::kEnds, kAny, lengthen_field_name},
      {"many fields", Fate::kRefused, After::kEnds, kAny, add_many_fields},
  };
  return kTable;
}

}  // namespace coupon::test
