// What can be broken in the fields that say where a body ends, and in chunks.

#include <fmt/format.h>

#include "doors/http_sample.hpp"

namespace coupon::test {

namespace {

constexpr const char* kEncodingField = "Transfer-Encoding";
constexpr const char* kChunkedField = "Transfer-Encoding: chunked";

void own_framing(Draft& draft, const std::string& payload) {
  draft.field(kEncodingField, {});
  draft.framing = Draft::Framing::kOwn;
  draft.payload = payload;
}

void break_length(Draft& draft, Dice& dice) {
  own_framing(draft, draft.body);
  const auto size = draft.body.size();
  const auto value = dice.text({"-1",
                                "+{}",
                                "0x{:x}",
                                "{}, {}",
                                "{},",
                                "",
                                "{} {}",
                                "1e2",
                                "{}.0",
                                "\"{}\"",
                                "{};",
                                ",{}",
                                "18446744073709551615",
                                "18446744073709551616",
                                "99999999999999999999999999",
                                "4294967296",
                                "9223372036854775807",
                                "{}\t0",
                                "\xd9\xa3",
                                "NaN",
                                "{}{}{}{}{}{}{}{}{}{}"});
  draft.fields.push_back("Content-Length: " +
                         fmt::format(fmt::runtime(value), size, size, size, size, size, size, size, size, size, size));
}

void double_length(Draft& draft, Dice& dice) {
  own_framing(draft, draft.body);
  const auto size = draft.body.size();
  draft.fields.push_back(fmt::format("Content-Length: {}", size));
  draft.fields.push_back(fmt::format("content-length: {}", dice.pick(std::vector<std::size_t>{size, 0, size + 1, 1})));
}

void shorten_length(Draft& draft, Dice& dice) {
  own_framing(draft, draft.body);
  draft.fields.push_back(fmt::format("Content-Length: {}", dice.below(draft.body.size())));
}

void lengthen_length(Draft& draft, Dice& dice) {
  own_framing(draft, draft.body);
  draft.fields.push_back(fmt::format("Content-Length: {}", draft.body.size() + 1 + dice.below(60)));
}

void break_encoding(Draft& draft, Dice& dice) {
  own_framing(draft, chunked(draft.body, dice));
  draft.fields.push_back("Transfer-Encoding: " +
                         dice.text({"gzip", "chunked, chunked", "chunked, gzip", "gzip, chunked", "xchunked",
                                    "chunkedx", "identity", "chunked;q=1", "\"chunked\"", "chunked\x0b", "x, chunked",
                                    "chun ked", "chunked,identity", "cow", "chunked\xa0", "\302\240chunked"}));
}

void double_encoding(Draft& draft, Dice& dice) {
  own_framing(draft, chunked(draft.body, dice));
  draft.fields.emplace_back(kChunkedField);
  draft.fields.push_back(dice.text({"Transfer-Encoding: chunked", "transfer-encoding: identity",
                                    "Transfer-Encoding: gzip", "Transfer-Encoding: x"}));
}

void fold_encoding(Draft& draft, Dice& dice) {
  own_framing(draft, chunked(draft.body, dice));
  draft.fields.push_back(dice.text({"Transfer-Encoding:\r\n chunked", "Transfer-Encoding\r\n: chunked",
                                    "Transfer-Encoding : chunked", " Transfer-Encoding: chunked",
                                    "Transfer-Encoding: chunked\r\n , identity", "X: y\rTransfer-Encoding: chunked"}));
}

void encode_with_length(Draft& draft, Dice& dice) {
  own_framing(draft, chunked(draft.body, dice));
  const auto length = fmt::format("Content-Length: {}", dice.percent(50) ? draft.payload.size() : draft.body.size());
  draft.fields.push_back(dice.percent(50) ? kChunkedField : length);
  draft.fields.push_back(draft.fields.back() == kChunkedField ? length : kChunkedField);
}

void encode_in_http_10(Draft& draft, Dice& dice) {
  own_framing(draft, chunked(draft.body, dice));
  draft.version = "HTTP/1.0";
  draft.fields.emplace_back(kChunkedField);
}

void chunk_with(Draft& draft, const std::string& payload) {
  own_framing(draft, payload);
  draft.fields.emplace_back(kChunkedField);
}

void break_chunk_size(Draft& draft, Dice& dice) {
  const auto size = dice.text({"",
                               "g",
                               "0x{:x}",
                               "-{:x}",
                               "+{:x}",
                               " {:x}",
                               "{:x} ",
                               "{:x}\t",
                               "FFFFFFFFFFFFFFFF",
                               "10000000000000000",
                               "FFFFFFFFFFFFFFFFFFFF",
                               "100000001",
                               "8000000000000000",
                               "1FFF",
                               "{:x};a=\x01",
                               "{:x}\x0b",
                               "{:x}\r",
                               "{:x},",
                               "\xef\xbc\x91",
                               "{:x}.0"});
  chunk_with(draft,
             fmt::format("{}\r\n{}\r\n0\r\n\r\n", fmt::format(fmt::runtime(size), draft.body.size()), draft.body));
}

void break_chunk_end(Draft& draft, Dice& dice) {
  const auto size = draft.body.size();
  const auto wrong = dice.pick(std::vector<std::size_t>{size + 1, size - 1, size - 2});
  switch (dice.below(4)) {
    case 0: chunk_with(draft, fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", wrong, draft.body)); break;
    case 1: chunk_with(draft, fmt::format("{:x}\r\n{}\n0\r\n\r\n", size, draft.body)); break;
    case 2: chunk_with(draft, fmt::format("{:x}\n{}\r\n0\r\n\r\n", size, draft.body)); break;
    default: chunk_with(draft, fmt::format("{:x}\r\n{}0\r\n\r\n", size, draft.body));
  }
}

void break_trailer(Draft& draft, Dice& dice) {
  const auto trailer =
      dice.text({"garbage", ": x", "a b: c", "a : c", " folded: x", "a: b\n", "a: \x01", "a: b\rc: d"});
  chunk_with(draft, fmt::format("{:x}\r\n{}\r\n0\r\n{}\r\n\r\n", draft.body.size(), draft.body, trailer));
}

void lengthen_chunk_framing(Draft& draft, Dice& dice) {
  const std::string much(50'000, 'a');
  if (dice.percent(50)) {
    chunk_with(draft, fmt::format("{:x};{}\r\n{}\r\n0\r\n\r\n", draft.body.size(), much, draft.body));
  } else {
    chunk_with(draft, fmt::format("{:x}\r\n{}\r\n0\r\na: {}\r\n\r\n", draft.body.size(), draft.body, much));
  }
}

void lengthen_chunks(Draft& draft, Dice& dice) {
  std::string payload;
  for (auto left = 4'100 + dice.below(2'000); left > 0; --left) payload += "1\r\n \r\n";
  chunk_with(draft, payload + "0\r\n\r\n");
}

void drop_last_chunk(Draft& draft, Dice& dice) {
  auto payload = fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", draft.body.size(), draft.body);
  payload.resize(payload.size() - 1 - dice.below(7));
  chunk_with(draft, payload);
}

}  // namespace

std::string chunked(const std::string& body, Dice& dice) {
  std::string text;
  for (std::size_t at = 0; at < body.size();) {
    const auto size = std::min(body.size() - at, 1 + dice.below(body.size()));
    text += fmt::format("{:x}{}\r\n{}\r\n", size, dice.text({"", ";a", ";a=b", ";a=\"b;c\""}), body.substr(at, size));
    at += size;
  }
  return text + dice.text({"0\r\n\r\n", "0\r\nX-A: b\r\n\r\n", "000;x\r\n\r\n"});
}

const std::vector<Mutation>& framing_mutations() {
  using enum Mutation::Of;
  static const std::vector<Mutation> kTable{
      {"a bad Content-Length", Fate::kRefused, After::kEnds, kIssue, break_length},
      {"a bad Content-Length, again", Fate::kRefused, After::kEnds, kIssue, break_length},
      {"two Content-Lengths", Fate::kRefused, After::kEnds, kIssue, double_length},
      {"too small a Content-Length", Fate::kRefused, After::kUnsaid, kIssue, shorten_length},
      {"too large a Content-Length", Fate::kCut, After::kUnsaid, kIssue, lengthen_length},
      {"a bad Transfer-Encoding", Fate::kRefused, After::kEnds, kIssue, break_encoding},
      {"two Transfer-Encodings", Fate::kRefused, After::kEnds, kIssue, double_encoding},
      {"a folded Transfer-Encoding", Fate::kRefused, After::kEnds, kIssue, fold_encoding},
      {"Transfer-Encoding and Content-Length", Fate::kRefused, After::kEnds, kIssue, encode_with_length},
      {"Transfer-Encoding in HTTP/1.0", Fate::kRefused, After::kEnds, kIssue, encode_in_http_10},
      {"a bad chunk size", Fate::kRefused, After::kEnds, kIssue, break_chunk_size},
      {"a bad chunk size, again", Fate::kRefused, After::kEnds, kIssue, break_chunk_size},
      {"a bad chunk end", Fate::kRefused, After::kEnds, kIssue, break_chunk_end},
      {"a bad trailer", Fate::kRefused, After::kEnds, kIssue, break_trailer},
      {"long chunk framing", Fate::kRefused, After::kEnds, kIssue, lengthen_chunk_framing},
      {"too many chunks", Fate::kRefused, After::kEnds, kIssue, lengthen_chunks},
      {"no last chunk", Fate::kCut, After::kUnsaid, kIssue, drop_last_chunk},
  };
  return kTable;
}

}  // namespace coupon::test
