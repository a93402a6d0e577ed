#pragma once
// A profile in words: for `couponload check`.

#include <string>
#include <string_view>
#include <vector>

#include "couponload/profile/profile.hpp"

namespace coupon::load {

/// What a verdict can say with a profile.
struct Coverage {
  std::string_view invariant;
  bool checked = false;
  std::string how;  ///< what is compared with what, or what the profile lacks for it
};
/// One for each invariant, in the order in which they are judged: quota fill once ids ranks readback count replay
/// order.
[[nodiscard]] std::vector<Coverage> coverage(const Profile& profile);

/// What is allowed and yet looks like a mistake: rules that never match, requests that name no member, a body that is
/// no JSON, …
[[nodiscard]] std::vector<std::string> doubts(const Profile& profile);

/// "status 200 or 201 and /success == true".
[[nodiscard]] std::string text_of(const OutcomeRule& rule);

/// Values for an example: what is not in `known` stands as its own name in capitals.
[[nodiscard]] Variables example_values(const Profile& profile, const Variables& known);

/// Everything about it on a page: lines of text, the last one ended.
[[nodiscard]] std::string explain(const Profile& profile);

}  // namespace coupon::load
