#pragma once
// What must hold of every first-come-first-served run, each judged by a function of its own on what was observed.

#include <string>
#include <string_view>
#include <vector>

#include "couponload/verify/observed.hpp"

namespace coupon::load {

enum class Judgement {
  kPass,
  kFail,          ///< proven violated
  kSkipped,       ///< not checked: the profile or the run gives nothing to check it on
  kInconclusive,  ///< could not be told
};

/// pass, fail, skipped, inconclusive.
[[nodiscard]] std::string_view name_of(Judgement judgement);

struct Invariant {
  std::string name;
  Judgement status = Judgement::kPass;
  std::string expected;
  std::string actual;
  std::vector<std::string> examples;  ///< at most kExamplesMax, one line each
};

inline constexpr std::size_t kExamplesMax = 20;

/// Never more grants than the quota, by our count and by each of the server's.
[[nodiscard]] Invariant check_quota(const Observed& observed);
/// Nobody is turned away while there are places.
[[nodiscard]] Invariant check_fill(const Observed& observed);
/// The server counts what it promised, and no more than may have been promised.
[[nodiscard]] Invariant check_count(const Observed& observed);
/// One grant a member.
[[nodiscard]] Invariant check_once(const Observed& observed);
/// One member a grant id, and an id with every grant.
[[nodiscard]] Invariant check_ids(const Observed& observed);
/// Every place of the queue given once, without holes that unknown requests cannot explain.
[[nodiscard]] Invariant check_ranks(const Observed& observed);
/// Every promise can be read back, with its id, recorded.
[[nodiscard]] Invariant check_readback(const Observed& observed);
/// A winner who asks again gets the same grant.
[[nodiscard]] Invariant check_replay(const Observed& observed);
/// Who finished before another one started is served before.
[[nodiscard]] Invariant check_order(const Observed& observed);

/// All of the above, in this order: quota fill once ids ranks readback count replay order.
[[nodiscard]] std::vector<Invariant> check_all(const Observed& observed);

/// By how many grants the quota was exceeded: above 0 exactly when check_quota() fails.
[[nodiscard]] std::int64_t grants_over(const Observed& observed);
/// Members who were proven more than one grant: above 0 exactly when check_once() fails.
[[nodiscard]] std::int64_t members_with_two(const Observed& observed);

/// Adds an example unless there are enough.
void add_example(Invariant& invariant, std::string text);

}  // namespace coupon::load
