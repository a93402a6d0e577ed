#pragma once
// Which dead letters a command is about.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "coupon/ledger.hpp"
#include "couponctl/session.hpp"

namespace coupon::ctl {

/// The filters that the dlt commands share, as given on the command line.
struct LetterChoice {
  std::vector<std::int64_t> ids;
  std::string state;
  std::string code;
  std::string member;
  std::string error_class;
  std::int64_t since_ms = 0;
  std::int64_t limit = 0;
};

/// Adds --state, --code, --member, --class, --since and --limit.
void add_letter_filters(CLI::App& command, LetterChoice& choice, std::int64_t limit);

/// What was chosen: by id, or by filter in pages. Calls `visit(letter) -> Result<>` for each, up to the limit; stops at
/// the first Error. `default_state` applies where neither a state nor ids were given.
[[nodiscard]] base::Result<std::int64_t> each_letter(Ledger& ledger, const LetterChoice& choice,
                                                     std::optional<DeadLetterState> default_state,
                                                     const std::function<base::Result<>(const DeadLetter&)>& visit);

/// A letter as a row of letter_columns().
[[nodiscard]] std::vector<base::Cell> letter_cells(const DeadLetter& letter);
[[nodiscard]] const std::vector<std::string>& letter_columns();
/// One line of JSON with everything, raw bytes as text, and also in hexadecimal unless they are plain ASCII.
[[nodiscard]] std::string letter_json(const DeadLetter& letter);

}  // namespace coupon::ctl
