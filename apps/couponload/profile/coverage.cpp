#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "couponload/profile/explain.hpp"
#include "couponload/profile/placeholders.hpp"

namespace coupon::load {

namespace {

bool has_class(const Profile& profile, Outcome outcome) {
  return std::ranges::find(profile.outcomes, outcome, &OutcomeRule::outcome) != profile.outcomes.end();
}

std::string quota_source(const Profile& profile) {
  if (profile.quota.value) return fmt::format("{}", *profile.quota.value);
  if (!profile.quota.text.empty()) return profile.quota.text;
  if (!profile.quota.path.empty())
    return fmt::format("the number at {} of {}", profile.quota.pointer, profile.quota.path);
  if (!profile.count.quota.empty())
    return fmt::format("the number at {} of {}", profile.count.quota, profile.count.path);
  return {};
}

Coverage quota(const Profile& profile) {
  const auto source = quota_source(profile);
  if (source.empty()) return {"quota", false, "the profile has no [quota]: how many are too many is not known"};
  std::string by = "by the answers";
  if (!profile.count.issued.empty()) by += " and by the server's count";
  if (!profile.count.recorded.empty()) by += " and by its records";
  return {"quota", true, fmt::format("never more than {}, {}", source, by)};
}

Coverage fill(const Profile& profile) {
  if (quota_source(profile).empty()) return {"fill", false, "the profile has no [quota]"};
  if (profile.count.issued.empty()) return {"fill", false, "the profile has no [count]"};
  return {"fill", true, "every place is given away while anybody asks"};
}

Coverage by_id(std::string_view name, const Profile& profile, std::string how) {
  if (!profile.grant.id.empty()) return {name, true, std::move(how)};
  return {name, false, "the profile has no grant.id: one grant cannot be told from another"};
}

Coverage ranks(const Profile& profile) {
  if (profile.grant.rank.empty()) return {"ranks", false, "the profile has no grant.rank"};
  return {"ranks", true, fmt::format("1 to n at {}, each once", profile.grant.rank)};
}

Coverage readback(const Profile& profile) {
  const auto& route = profile.readback;
  if (route.path.empty()) return {"readback", false, "the profile has no [readback]: promises are believed"};
  return {"readback", true,
          fmt::format("every grant is found at {}{}{}", route.path,
                      route.id.empty() || profile.grant.id.empty() ? "" : ", with its id",
                      route.recorded.empty() ? "" : ", recorded")};
}

Coverage count(const Profile& profile) {
  if (profile.count.issued.empty()) return {"count", false, "the profile has no [count]"};
  return {"count", true, fmt::format("{} of {} counts what was promised", profile.count.issued, profile.count.path)};
}

Coverage replay(const Profile& profile) {
  if (!profile.grant.id.empty()) return {"replay", true, "winners who ask again get the same id again"};
  return {"replay", true, "winners who ask again are not told sold out"};
}

Coverage order(const Profile& profile) {
  const bool sold_out = has_class(profile, Outcome::kSoldOut);
  const bool ranked = !profile.grant.rank.empty();
  if (!sold_out && !ranked) return {"order", false, "no rule has class = \"sold_out\", and there is no grant.rank"};
  const auto* late = sold_out ? "nobody is issued who asked after a sold out" : "";
  const auto* overtaken = ranked ? "who was done before another asked has the lower rank" : "";
  return {"order", true, fmt::format("{}{}{}", late, sold_out && ranked ? "; " : "", overtaken)};
}

bool names(std::string_view text, Piece::Kind kind) {
  const auto pieces = split_placeholders(text);
  return std::ranges::find(pieces, kind, &Piece::kind) != pieces.end();
}

bool names_member(const RequestShape& shape) {
  return names(shape.path, Piece::Kind::kMember) || names(shape.body, Piece::Kind::kMember) ||
         std::ranges::any_of(shape.headers,
                             [](const auto& field) { return names(field.second, Piece::Kind::kMember); });
}

template <class Item>
bool contains_all(const std::vector<Item>& all, const std::vector<Item>& wanted) {
  return std::ranges::all_of(wanted, [&](const Item& item) { return std::ranges::find(all, item) != all.end(); });
}

// True when everything that `later` matches is matched by `earlier` too.
bool covers(const OutcomeRule& earlier, const OutcomeRule& later) {
  const bool status = earlier.status.empty() || (!later.status.empty() && contains_all(earlier.status, later.status));
  return status && contains_all(later.where, earlier.where);
}

void doubt_rules(const Profile& profile, std::vector<std::string>& found) {
  for (std::size_t i = 0; i < profile.outcomes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!covers(profile.outcomes[j], profile.outcomes[i])) continue;
      found.push_back(
          fmt::format("rule {} never decides: rule {} matches all that it matches; put it first", i + 1, j + 1));
      break;
    }
  }
  if (!has_class(profile, Outcome::kSoldOut)) {
    found.emplace_back("no rule has class = \"sold_out\": refusals at the end count as errors or unknown");
  }
  if (!has_class(profile, Outcome::kDuplicate)) {
    found.emplace_back(
        "no rule has class = \"duplicate\": a winner who asks again must be issued the same grant again");
  }
  if (has_class(profile, Outcome::kPending) && profile.readback.path.empty()) {
    found.emplace_back("\"pending\" grants never count without [readback]: what they became cannot be read");
  }
}

}  // namespace

std::vector<Coverage> coverage(const Profile& profile) {
  return {quota(profile),
          fill(profile),
          by_id("once", profile, "no member is told two ids"),
          by_id("ids", profile, fmt::format("no two members are told the same id at {}", profile.grant.id)),
          ranks(profile),
          readback(profile),
          count(profile),
          replay(profile),
          order(profile)};
}

std::vector<std::string> doubts(const Profile& profile) {
  std::vector<std::string> found;
  if (!names_member(profile.request)) {
    found.emplace_back("the request has no {member}: all requests are the same, so nobody is told from anybody");
  }
  doubt_rules(profile, found);
  const auto values = example_values(profile, {});
  const auto body = fill_body(profile.request.body, {.code = {}, .member = "1", .variables = &values});
  if (!body.empty() && !nlohmann::json::accept(body)) {
    found.push_back(fmt::format("the body is no JSON once it is filled, but is sent as application/json: {}", body));
  }
  if (profile.prime.empty()) {
    found.emplace_back("there is no [prime]: connections may still wait to be accepted when the burst begins");
  }
  return found;
}

}  // namespace coupon::load
