#pragma once
// All that a run saw from outside: what invariants are judged on.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "couponload/shot.hpp"

namespace coupon::load {

/// The server's own figures; what it does not tell is empty.
struct Counts {
  std::optional<std::int64_t> quota;
  std::optional<std::int64_t> issued;    ///< since the coupon exists
  std::optional<std::int64_t> recorded;  ///< rows in the ledger
};

/// What reading a grant back gave, at the last attempt.
struct Readback {
  enum class State {
    kConfirmed,   ///< there, with its id, recorded
    kOtherId,     ///< there, with another id
    kMissing,     ///< the server does not know it
    kUnrecorded,  ///< there, but without a row in the ledger
    kUnread,      ///< no usable answer
  };
  std::string member;
  std::string expected_id;
  std::string found_id;
  State state = State::kUnread;
  bool was_pending = false;  ///< answered 202: it may still come to nothing
};

/// What a winner got who asked once more.
struct Replay {
  std::string member;
  std::string expected_id;
  std::string found_id;
  Outcome outcome = Outcome::kUnknown;
  bool answered = false;
};

/// What is known of requests whose evidence was not kept.
struct LeftOut {
  std::array<std::int64_t, kOutcomeCount> counts{};  ///< by outcome; never issued, pending, duplicate or unknown ones
  std::int64_t members = 0;                          ///< who sent at least one request, of the whole run
  std::int64_t prior_members = 0;                    ///< who got nothing but duplicates, of the whole run
  std::int64_t prior_holders = 0;                    ///< of these: who were told an id

  [[nodiscard]] std::int64_t of(Outcome outcome) const { return counts.at(static_cast<std::size_t>(outcome)); }
};

struct Observed {
  std::vector<Evidence> asks;       ///< what was sent, in order of seq
  std::optional<LeftOut> left_out;  ///< nothing: `asks` has every request
  std::optional<Counts> before;
  std::optional<Counts> after;
  std::vector<Readback> readbacks;
  std::vector<Replay> replays;
  bool grants_have_ids = true;     ///< the profile says where
  bool grants_have_ranks = true;   ///< the profile says where
  bool grants_can_be_read = true;  ///< the profile has a read-back route
  bool counts_can_be_read = true;  ///< the profile has a count route; without it `before` holds a quota at most
  bool partial = false;            ///< others asked meanwhile, and what they were answered is not here
  bool verified = false;           ///< false: the run ended before the reading was done
};

/// True for answers that carry a grant: issued, pending, duplicate.
[[nodiscard]] bool carries_grant(Outcome outcome);

/// Requests with this outcome, also those that were not kept.
[[nodiscard]] std::int64_t count_of(const Observed& observed, Outcome outcome);

}  // namespace coupon::load
