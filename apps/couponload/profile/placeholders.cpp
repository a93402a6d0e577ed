#include "couponload/profile/placeholders.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <functional>

#include "base/text.hpp"
#include "couponload/uuid.hpp"
#include "net/http/client/url.hpp"

namespace coupon::load {

using base::Errc;
using base::Result;

namespace {

constexpr std::size_t kNameMax = 64;
constexpr std::uint64_t kAttemptsMax = 1'000;

using Encode = std::string (*)(std::string_view);

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_char(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; }

std::string_view without_source(std::string_view name) {
  if (name.starts_with(kEnv) || name.starts_with(kVar)) name.remove_prefix(kEnv.size());
  return name;
}

Piece::Kind kind_of(std::string_view name) {
  if (name == "member") return Piece::Kind::kMember;
  if (name == "seq") return Piece::Kind::kSeq;
  if (name == "attempt") return Piece::Kind::kAttempt;
  if (name == "uuid") return Piece::Kind::kUuid;
  if (name == "key") return Piece::Kind::kKey;
  return Piece::Kind::kNamed;
}

const std::string* find(const Variables* variables, std::string_view name) {
  if (variables == nullptr) return nullptr;
  const auto found = variables->find(name);
  return found == variables->end() ? nullptr : &found->second;
}

std::string named(const Piece& piece, const Subject& subject, Encode encode) {
  if (piece.text == "code" && !subject.code.empty()) return encode(subject.code);
  const auto* value = find(subject.variables, piece.text);
  return value == nullptr ? fmt::format("{{{}}}", piece.text) : encode(*value);
}

std::string_view run_of(const Subject& subject) {
  const auto* run = find(subject.variables, "run");
  return run == nullptr ? std::string_view() : *run;
}

std::string value_of(const Piece& piece, const Subject& subject, Encode encode) {
  switch (piece.kind) {
    case Piece::Kind::kText: return std::string(piece.text);
    case Piece::Kind::kMember: return encode(subject.member);
    case Piece::Kind::kSeq: return fmt::format("{}", subject.seq);
    case Piece::Kind::kAttempt: return fmt::format("{}", subject.attempt);
    case Piece::Kind::kUuid: return request_uuid(run_of(subject), subject.seq, subject.attempt);
    case Piece::Kind::kKey: return request_key(run_of(subject), subject.key);
    case Piece::Kind::kNamed: return named(piece, subject, encode);
  }
  return {};
}

std::string fill(std::string_view text, const Subject& subject, Encode encode) {
  std::string out;
  for (const auto& piece : split_placeholders(text)) out += value_of(piece, subject, encode);
  return out;
}

std::vector<std::string> known_in(const PlaceholderScope& scope) {
  std::vector<std::string> known{"run", "uuid"};
  if (scope.code) known.emplace_back("code");
  if (scope.member) known.emplace_back("member");
  if (scope.request) known.insert(known.end(), {"seq", "attempt", "key"});
  known.insert(known.end(), scope.captured.begin(), scope.captured.end());
  std::ranges::sort(known);
  return known;
}

std::string remedy_for(std::string_view name, const std::vector<std::string>& known) {
  constexpr std::array<std::string_view, 5> kElsewhere{"member", "seq", "attempt", "key", "code"};
  const auto all = fmt::format("here are {{{}}}, {{env:X}} and {{var:X}}", fmt::join(known, "}, {"));
  if (std::ranges::find(kElsewhere, name) != kElsewhere.end()) return "it has no value in this place; " + all;
  for (const auto& candidate : known) {
    if (base::looks_like(name, candidate)) return fmt::format("did you mean {{{}}}? {}", candidate, all);
  }
  return fmt::format("write {{var:{}}} for a value of the command line, {{ {} }} for plain text; {}", name, name, all);
}

}  // namespace

bool is_placeholder_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax && is_letter(name.front()) && std::ranges::all_of(name, is_name_char);
}

std::vector<Piece> split_placeholders(std::string_view text) {
  std::vector<Piece> pieces;
  std::size_t plain = 0;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at)) {
    const auto close = text.find('}', at);
    if (close == std::string_view::npos) break;
    const auto name = text.substr(at + 1, close - at - 1);
    if (!is_placeholder_name(without_source(name))) {
      ++at;
      continue;
    }
    if (at > plain) pieces.push_back({Piece::Kind::kText, text.substr(plain, at - plain)});
    pieces.push_back({kind_of(name), name});
    plain = at = close + 1;
  }
  if (plain < text.size()) pieces.push_back({Piece::Kind::kText, text.substr(plain)});
  return pieces;
}

std::string fill_path(std::string_view text, const Subject& subject) {
  return fill(text, subject, net::http::percent_encode);
}

std::string fill_body(std::string_view text, const Subject& subject) { return fill(text, subject, base::json_escape); }

std::string fill_header(std::string_view text, const Subject& subject) {
  return fill(text, subject, [](std::string_view value) { return std::string(value); });
}

std::string request_uuid(std::string_view run, std::uint64_t seq, std::uint32_t attempt) {
  return uuid_text(std::hash<std::string_view>{}(run), seq * kAttemptsMax + attempt);
}

// Attempts are counted from 1 on, so that this is never the {uuid} of a request.
std::string request_key(std::string_view run, std::uint64_t key) { return request_uuid(run, key, 0); }

Result<> check_placeholders(std::string_view text, const PlaceholderScope& scope) {
  const auto known = known_in(scope);
  for (const auto& piece : split_placeholders(text)) {
    if (piece.kind == Piece::Kind::kText || without_source(piece.text) != piece.text) continue;
    if (std::ranges::find(known, piece.text) != known.end()) continue;
    return base::fail(Errc::kInvalid,
                      fmt::format("{{{}}} is not a placeholder: {}", piece.text, remedy_for(piece.text, known)));
  }
  return {};
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == '\x7f'; });
}

namespace {

Result<> check_text(std::string_view text, const Variables& values, bool header) {
  for (const auto& piece : split_placeholders(text)) {
    if (piece.kind != Piece::Kind::kNamed) continue;
    const auto* value = find(&values, piece.text);
    if (value == nullptr) return base::fail(Errc::kInvalid, fmt::format("{{{}}} has no value", piece.text));
    if (header && has_control_character(*value)) {
      return base::fail(Errc::kInvalid,
                        fmt::format("the value of {{{}}} has a control character (a newline?), which a header cannot "
                                    "hold",
                                    piece.text));
    }
  }
  return {};
}

}  // namespace

Result<> check_values(const RequestShape& shape, const Variables& values) {
  COUPON_TRY(check_text(shape.path, values, false));
  COUPON_TRY(check_text(shape.body, values, false));
  for (const auto& [name, value] : shape.headers) COUPON_TRY(check_text(value, values, true));
  return {};
}

}  // namespace coupon::load
