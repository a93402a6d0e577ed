#pragma once
// Placeholders in the texts of a profile: {code} {member} {seq} {run} {attempt} {uuid} {key} {env:X} {var:X} and the
// names that set-up captures. Braces around anything that is no name ({"a":1}, { id }) are plain text.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "couponload/profile/profile.hpp"

namespace coupon::load {

/// Before the names of values that come from the environment and from the command line.
inline constexpr std::string_view kEnv = "env:";
inline constexpr std::string_view kVar = "var:";

/// A stretch of plain text, or one placeholder.
struct Piece {
  enum class Kind { kText, kMember, kSeq, kAttempt, kUuid, kKey, kNamed };
  Kind kind = Kind::kText;
  std::string_view text;  ///< the plain text, or what stands between the braces
};
/// The views point into `text`.
[[nodiscard]] std::vector<Piece> split_placeholders(std::string_view text);

/// True for letters, digits, _ and -, not beginning with a digit or -, at most 64 characters.
[[nodiscard]] bool is_placeholder_name(std::string_view name);

/// Whom and what one request is for. The views must outlive it.
struct Subject {
  std::string_view code = {};  ///< when empty, that of `variables`
  std::string_view member = {};
  const Variables* variables = nullptr;
  std::uint64_t seq = 0;      ///< 0-based
  std::uint32_t attempt = 1;  ///< 1-based
  std::uint64_t key = 0;      ///< 0-based: requests with the same one share {key}
};

/// `text` with its placeholders replaced in one pass by percent-encoded, JSON-escaped or plain values. What has no
/// value stays as it is.
[[nodiscard]] std::string fill_path(std::string_view text, const Subject& subject);
[[nodiscard]] std::string fill_body(std::string_view text, const Subject& subject);
[[nodiscard]] std::string fill_header(std::string_view text, const Subject& subject);

/// {uuid} of a request: another one in every run, for every seq and attempt.
[[nodiscard]] std::string request_uuid(std::string_view run, std::uint64_t seq, std::uint32_t attempt);

/// {key} of a request, an idempotency key: the same for all attempts and for all requests with the same number of a
/// key, another one in every run.
[[nodiscard]] std::string request_key(std::string_view run, std::uint64_t key);

/// Where a text stands, and so which placeholders it may hold.
struct PlaceholderScope {
  bool member = false;
  bool request = false;  ///< {seq}, {attempt} and {key}
  bool code = true;
  std::vector<std::string> captured;  ///< by set-up, before this text is used
};
/// kInvalid names the first placeholder that is not known there, and the one that may have been meant.
[[nodiscard]] base::Result<> check_placeholders(std::string_view text, const PlaceholderScope& scope);

/// True when a value would break a header apart.
[[nodiscard]] bool has_control_character(std::string_view text);

/// kInvalid when a placeholder of `shape` has no value, or its value cannot stand in a header. Members are checked when
/// they are read.
[[nodiscard]] base::Result<> check_values(const RequestShape& shape, const Variables& values);

}  // namespace coupon::load
