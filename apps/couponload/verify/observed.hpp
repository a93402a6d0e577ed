#pragma once
// All that a run saw from outside: what invariants are judged on.

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

struct Observed {
  std::vector<Evidence> asks;  ///< what was sent, in order of seq
  std::optional<Counts> before;
  std::optional<Counts> after;
  std::vector<Readback> readbacks;
  std::vector<Replay> replays;
  bool grants_have_ids = true;    ///< the profile says where
  bool grants_have_ranks = true;  ///< the profile says where
  bool verified = false;          ///< false: the run ended before the reading was done
};

}  // namespace coupon::load
