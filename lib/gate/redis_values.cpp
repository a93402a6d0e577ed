#include "gate/redis_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"

namespace coupon::gate {

using base::Errc;
using base::Result;
using net::redis::Arguments;
using net::redis::View;

namespace {

constexpr int kHexadecimal = 16;
constexpr std::size_t kScanSteps = 8;
constexpr std::size_t kShownMax = 64;
constexpr std::string_view kKeyBegin = "c:{";
constexpr std::string_view kRemedy = "couponctl gate rebuild";

// Cuts the first word off; empty at the end.
std::string_view next_word(std::string_view& text) {
  const auto end = text.find(' ');
  const auto word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

template <class T>
bool read_number(std::string_view text, T& value, int number_base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, number_base);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Arguments keys_of(const CouponCode& code) {
  static constexpr std::array<std::string_view, 4> kKinds{"m", "g", "p", "b"};
  Arguments arguments;
  arguments.add(kKinds.size());
  for (const auto kind : kKinds) arguments.add(fmt::format("c:{{{}}}:{}", code.text(), kind));
  return arguments;
}

void add_grant(Arguments& arguments, const MemberId& member, const GrantId& id) {
  const auto text = id.chars();
  arguments.add(std::string_view(member.text())).add(std::string_view(text.data(), text.size()));
}

void add_ask(Arguments& arguments, const Ask& ask) {
  add_grant(arguments, ask.member, ask.candidate);
  std::array<char, 2 * sizeof(ask.key_hash)> hash{};
  const auto* const end = std::to_chars(hash.begin(), hash.end(), ask.key_hash, kHexadecimal).ptr;
  arguments.add(std::string_view(hash.begin(), end));
}

void add_token(Arguments& arguments, const BuildToken& token) {
  arguments.add(token.target_epoch).add(std::string_view(token.server));
}

void add_scan(Arguments& arguments, std::string_view cursor, std::size_t page, std::string_view which) {
  arguments.add(cursor).add(page).add(std::max<std::size_t>(page / kScanSteps, 1)).add(which);
}

void add_values(Arguments& arguments, const GateChange& values) {
  arguments.add(values.version).add(values.quota).add(name_of(values.state));
  arguments.add(values.window.opens_ms).add(values.window.ends_ms);
}

std::int64_t number_of(View view) {
  std::int64_t value = 0;
  if (const auto text = view.text(); !text.empty()) return read_number(text, value) ? value : 0;
  return view.integer();
}

std::string code_in(const Arguments& arguments) {
  std::string_view bytes = arguments.bytes();
  const auto begin = bytes.find(kKeyBegin);
  if (begin == bytes.npos) return {};
  bytes.remove_prefix(begin + kKeyBegin.size());
  return std::string(bytes.substr(0, bytes.find('}')));
}

base::Error named(base::Error error, std::string_view code) {
  if (error.code != Errc::kCorrupt || error.message.contains(kRemedy)) return error;
  error.message += fmt::format(": look at the keys c:{{{0}}}:*; {1} {0} puts them right", code, kRemedy);
  return error;
}

namespace {

std::unexpected<base::Error> no_grant(std::string_view member, std::string_view value) {
  return base::fail(Errc::kCorrupt, fmt::format("Redis holds '{}' for member '{}', which is no grant",
                                                base::json_escape(value.substr(0, kShownMax)),
                                                base::json_escape(member.substr(0, kShownMax))));
}

}  // namespace

Result<Grant> grant_of(MemberId member, std::string_view value) {
  auto rest = value;
  const auto id = GrantId::parse(next_word(rest));
  Grant grant{id.value_or(GrantId{}), std::move(member), 0, 0, 0};
  if (!id || !read_number(next_word(rest), grant.rank) || !read_number(next_word(rest), grant.issued_ms) ||
      !read_number(next_word(rest), grant.key_hash, kHexadecimal) || !rest.empty() || grant.rank < 0 ||
      grant.issued_ms < 0) {
    return no_grant(grant.member.text(), value);
  }
  return grant;
}

Result<Decision> decision_of(const Ask& ask, std::string_view text, std::int64_t now_ms) {
  if (text == "sold_out") return Decision{Outcome::kSoldOut, std::nullopt};
  if (text == "not_open") return Decision{Outcome::kNotOpen, std::nullopt};
  if (text == "ended") return Decision{Outcome::kEnded, std::nullopt};
  if (text == "paused") return Decision{Outcome::kPaused, std::nullopt};
  auto value = text;
  const auto kind = next_word(value);
  if (kind == "n") {
    std::int64_t rank = 0;
    if (!read_number(value, rank) || rank < 1) return unexpected_reply("issue");
    return Decision{Outcome::kGranted, HeldGrant{Grant{ask.candidate, ask.member, rank, now_ms, ask.key_hash}, true}};
  }
  if (kind != "p" && kind != "c") return unexpected_reply("issue");
  auto grant = grant_of(ask.member, value);
  if (!grant) {
    // Of this member alone: the others of the call have their answers.
    base::log::error("{}: couponctl gate rebuild puts it right", grant.error().message);
    return Decision{Outcome::kFenced, std::nullopt};
  }
  const bool mine = grant->id == ask.candidate;
  return Decision{mine ? Outcome::kGranted : Outcome::kAlready, HeldGrant{std::move(*grant), kind == "p"}};
}

Result<Grant> grant_of_field(std::string_view field, std::string_view value) {
  auto member = MemberId::parse(field);
  if (!member) return no_grant(field, value);
  return grant_of(std::move(*member), value);
}

std::unexpected<base::Error> unexpected_reply(std::string_view script) {
  return base::fail(Errc::kCorrupt, fmt::format("Redis: the script {} replied in another form", script));
}

}  // namespace coupon::gate
