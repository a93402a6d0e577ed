// What can be broken in a request line, and anywhere.

#include "doors/http_sample.hpp"

namespace coupon::test {

namespace {

void break_method(Draft& draft, Dice& dice) {
  draft.method = dice.text({"", " POST", "POST ", "PO ST", "P\tOST", "BREW", "post", "(POST)", "PRI", "\x16\x03\x01",
                            "P\xc3\xb6ST", "POST /x HTTP/1.1\nPOST"});
}

void lengthen_method(Draft& draft, Dice& dice) { draft.method.assign(100 + dice.below(9'000), 'A'); }

void break_target(Draft& draft, Dice& dice) {
  draft.target = dice.text({"",
                            "api/v1/coupons/issue",
                            "/api/v1/coupons /issue",
                            "/\xc3\xa9",
                            "/healthz#x",
                            "*",
                            "http://",
                            "http:///healthz",
                            "http://a b/healthz",
                            "http://a@b/healthz",
                            "ftp://a/healthz",
                            "//healthz",
                            "/healthz/",
                            "/%",
                            "/api/v1/coupons/%zz",
                            "/api/v1/coupons/%0",
                            "/api/v1/coupons/%00",
                            "/api/v1/coupons/FLASH100%00",
                            "/api/v1/coupons/%2e%2e/issue",
                            "/api/v1/coupons/FLASH100/issues/a%2Fb",
                            "/api/v1/coupons/stock/a%20b",
                            "\\healthz",
                            "/api/v1//coupons/issue",
                            "/API/v1/coupons/issue",
                            "/api/v1/coupons/issue?couponCode=FLASH100",
                            "/api/v1/coupons/issue/..",
                            "a:80",
                            "/api/v1/coupons/%C0%AFissue",
                            "/api/v1/coupons/issue%20",
                            "?",
                            "/\x7f",
                            "/api/v1/coupons/issues/FLASH100"});
}

void lengthen_target(Draft& draft, Dice& dice) { draft.target.append(2'100 + dice.below(9'000), 'a'); }

void break_version(Draft& draft, Dice& dice) {
  draft.version = dice.text({"HTTP/1.2", "HTTP/2.0", "HTTP/3.0", "HTTP/0.9", "http/1.1", "HTTP/1.1 ", "HTTP/1.1 x", "",
                             "HTTP/01.1", "HTTP/1,1", "HTTPS/1.1", "HTTP/1.10", "HTTP/1.1\t", "HTTP/", "HTTP/1"});
}

// Everything that is no letter of a line; LF alone and CR alone too. Not where the header ends, which would move.
void put_control_in_head(std::string& bytes, std::size_t head, Dice& dice) {
  const auto control = static_cast<char>(dice.pick(std::vector<int>{0, 1, 8, '\n', 0x0b, '\r', 0x1b, 0x7f}));
  bytes.insert(dice.below(head - 4), 1, control);
}

void end_lines_with_feeds(std::string& bytes, std::size_t head, Dice& /*dice*/) {
  auto lines = bytes.substr(0, head);
  std::erase(lines, '\r');
  bytes.replace(0, head, lines);
}

void end_lines_with_returns(std::string& bytes, std::size_t head, Dice& /*dice*/) {
  auto lines = bytes.substr(0, head);
  std::erase(lines, '\n');
  bytes.replace(0, head, lines + "\n");
}

void cut_anywhere(std::string& bytes, std::size_t /*head*/, Dice& dice) { bytes.resize(dice.below(bytes.size())); }

void make_noise(std::string& bytes, std::size_t /*head*/, Dice& dice) { bytes = dice.bytes(1 + dice.below(400)); }

void make_noise_behind_head(std::string& bytes, std::size_t head, Dice& dice) {
  bytes.resize(head);
  bytes += dice.bytes(1 + dice.below(30));  // less than the body would have
}

void flip_bits(std::string& bytes, std::size_t /*head*/, Dice& dice) {
  for (auto count = 1 + dice.below(3); count > 0; --count) {
    auto& byte = bytes[dice.below(bytes.size())];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << dice.below(8)));
  }
}

void double_a_piece(std::string& bytes, std::size_t /*head*/, Dice& dice) {
  const auto from = dice.below(bytes.size());
  bytes.insert(dice.below(bytes.size()), bytes.substr(from, 1 + dice.below(40)));
}

void drop_a_piece(std::string& bytes, std::size_t /*head*/, Dice& dice) {
  bytes.erase(dice.below(bytes.size()), 1 + dice.below(40));
}

}  // namespace

const std::vector<Mutation>& line_mutations() {
  using enum Mutation::Of;
  static const std::vector<Mutation> kTable{
      {"a bad method", Fate::kRefused, After::kUnsaid, kAny, break_method},
      {"a long method", Fate::kRefused, After::kUnsaid, kAny, lengthen_method},
      {"a bad target", Fate::kRefused, After::kUnsaid, kAny, break_target},
      {"a long target", Fate::kRefused, After::kEnds, kAny, lengthen_target},
      {"a bad version", Fate::kRefused, After::kEnds, kAny, break_version},
      {"a control byte in the head", Fate::kRefused, After::kEnds, kAny, nullptr, put_control_in_head},
      {"bare line feeds", Fate::kRefused, After::kEnds, kAny, nullptr, end_lines_with_feeds},
      {"bare carriage returns", Fate::kRefused, After::kEnds, kAny, nullptr, end_lines_with_returns},
      {"its end cut off", Fate::kCut, After::kUnsaid, kAny, nullptr, cut_anywhere},
      {"its end cut off, again", Fate::kCut, After::kUnsaid, kIssue, nullptr, cut_anywhere},
      {"nothing but noise", Fate::kCut, After::kUnsaid, kAny, nullptr, make_noise},
      {"noise for a body", Fate::kCut, After::kUnsaid, kIssue, nullptr, make_noise_behind_head},
      {"flipped bits", Fate::kFlipped, After::kUnsaid, kIssue, nullptr, flip_bits},
      {"flipped bits, again", Fate::kFlipped, After::kUnsaid, kIssue, nullptr, flip_bits},
      {"a doubled piece", Fate::kFlipped, After::kUnsaid, kIssue, nullptr, double_a_piece},
      {"a dropped piece", Fate::kFlipped, After::kUnsaid, kIssue, nullptr, drop_a_piece},
  };
  return kTable;
}

}  // namespace coupon::test
