// What can be broken in a body of JSON.

#include <fmt/format.h>

#include "doors/http_sample.hpp"

namespace coupon::test {

namespace {

void put_body(Draft& draft, std::string body) {
  draft.field("Transfer-Encoding", {});
  draft.framing = Draft::Framing::kLength;
  draft.body = std::move(body);
}

std::string nested(std::size_t depth, Dice& dice) {
  const bool objects = dice.percent(50);
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += objects ? R"({"a":)" : "[";
  text += "1";
  if (dice.percent(50)) text.append(depth, objects ? '}' : ']');
  return text;
}

std::string wrong_value(Dice& dice) {
  if (dice.percent(10)) return nested(1 + dice.below(500), dice);
  if (dice.percent(10)) return '"' + std::string(65 + dice.below(3'000), 'a') + '"';
  if (dice.percent(10)) return std::string(1 + dice.below(1'000), '9');
  return dice.text({"null",
                    "true",
                    "17",
                    "-1",
                    "1.5",
                    "1e400",
                    "-0",
                    "[]",
                    "{}",
                    R"(["a"])",
                    R"({"$ne":1})",
                    R"("")",
                    R"("a b")",
                    R"("a\u0000")",
                    "NaN",
                    "Infinity",
                    "007",
                    "0x10",
                    "'a'",
                    R"("\ud800")",
                    R"("\udc00\ud800")",
                    R"("\x41")",
                    R"("a)",
                    "\"\xff\"",
                    "\"\xc0\xaf\"",
                    "\"\xed\xa0\x80\"",
                    "\"a\nb\"",
                    "",
                    R"("é")",
                    R"("../x")",
                    R"("' OR 1=1 --")",
                    R"("%00")",
                    R"("{code}")",
                    R"("*")",
                    "\"a\"\x01",
                    "18446744073709551616"});
}

void break_value(Draft& draft, Dice& dice) {
  const bool code = dice.percent(50);
  const auto value = wrong_value(dice);
  put_body(draft, code ? fmt::format(R"({{"couponCode":{},"memberId":"m"}})", value)
                       : fmt::format(R"({{"memberId":{},"couponCode":"FLASH100"}})", value));
}

void break_shape(Draft& draft, Dice& dice) {
  const auto inside = draft.body.substr(1, draft.body.size() - 2);
  const auto shape = dice.text({"[{{{}}}]",
                                "{{{}",
                                "{}}}",
                                "{}",
                                "{{{0},{0}}}",
                                "{{{},}}",
                                "{{,{}}}",
                                "{{{}}}{{}}",
                                "{{{}}} x",
                                "{{{}}},",
                                "{{/**/{}}}",
                                "{{//\n{}}}",
                                "{{{},\"admin\":true}}",
                                "{{\"\":0,{}}}",
                                "{{{},\"memberId\":\"m2\"}}",
                                "{{\"a\":{{{}}}}}",
                                "null",
                                "\"{}\"",
                                "{{{}}}\x1a",
                                "\xef\xbb\xbf",
                                "\xff\xfe{{{}}}",
                                "{{{},\"Quota\":1}}",
                                "{{{},\"\\u006demberId\":\"m2\"}}",
                                "<a/>",
                                "couponCode=FLASH100&memberId=m",
                                "{{\"couponCode\":\"FLASH100\"}}"});
  put_body(draft, fmt::format(fmt::runtime(shape), inside));
}

void put_bad_byte(Draft& draft, Dice& dice) {
  auto body = draft.body;
  const auto byte = static_cast<char>(dice.pick(std::vector<int>{0, 1, 0x1f, 0x80, 0xc0, 0xfe, 0xff}));
  body.insert(dice.below(body.size() + 1), 1, byte);
  put_body(draft, body);
}

void cut_body(Draft& draft, Dice& dice) { put_body(draft, draft.body.substr(0, dice.below(draft.body.size()))); }

void deepen_body(Draft& draft, Dice& dice) { put_body(draft, nested(1 + dice.below(4'000), dice).substr(0, 4'096)); }

void lengthen_body(Draft& draft, Dice& dice) {
  put_body(draft, draft.body + std::string(4'097 + dice.below(100'000), ' '));
}

void make_body_noise(Draft& draft, Dice& dice) { put_body(draft, dice.bytes(1 + dice.below(4'000))); }

void widen_to_utf16(Draft& draft, Dice& dice) {
  std::string wide(dice.percent(50) ? "\xff\xfe" : "");
  for (const char c : draft.body) wide.append({c, '\0'});
  put_body(draft, wide);
}

}  // namespace

const std::vector<Mutation>& body_mutations() {
  using enum Mutation::Of;
  static const std::vector<Mutation> kTable{
      {"a wrong value", Fate::kRefused, After::kGoesOn, kIssue, break_value},
      {"a wrong value, again", Fate::kRefused, After::kGoesOn, kIssue, break_value},
      {"another shape", Fate::kRefused, After::kGoesOn, kIssue, break_shape},
      {"another shape, again", Fate::kRefused, After::kGoesOn, kIssue, break_shape},
      {"a bad byte in the body", Fate::kRefused, After::kGoesOn, kIssue, put_bad_byte},
      {"a cut body", Fate::kRefused, After::kGoesOn, kIssue, cut_body},
      {"a deep body", Fate::kRefused, After::kGoesOn, kIssue, deepen_body},
      {"a long body", Fate::kRefused, After::kEnds, kIssue, lengthen_body},
      {"noise in the body", Fate::kRefused, After::kGoesOn, kIssue, make_body_noise},
      {"a body in UTF-16", Fate::kRefused, After::kGoesOn, kIssue, widen_to_utf16},
  };
  return kTable;
}

}  // namespace coupon::test
