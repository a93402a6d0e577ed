#pragma once
// Operating failures as values. Expected refusals (sold out, closed) are enums elsewhere, not errors.

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace coupon::base {

/// What kind of failure this is, so that a caller can decide without reading the message.
enum class Errc {
  kInvalid,      ///< the input is wrong; the message names the field and the remedy
  kNotFound,     ///< the named thing does not exist
  kConflict,     ///< the state changed meanwhile, or the thing exists already
  kUnavailable,  ///< an engine or a server does not answer
  kTimeout,      ///< no answer in time: the outcome is unknown
  kBusy,         ///< a bound was reached; ask again later
  kFenced,       ///< the gate refuses until it is rebuilt
  kCorrupt,      ///< stored data cannot be trusted
  kIo,           ///< disk or descriptor trouble
  kUnsupported,  ///< a newer version, or a feature that is not there
  kInternal,     ///< a bug of ours
};

/// Stable lower-case name of a code, for logs, metrics labels and JSON.
[[nodiscard]] std::string_view name_of(Errc code);

struct Error {
  Errc code = Errc::kInternal;
  std::string message;
  bool retryable = false;  ///< true: the same call may succeed later without anybody changing anything

  /// The same error with `context: ` put in front of its message.
  [[nodiscard]] Error in(std::string_view context) const;
};

template <class T = void>
using Result = std::expected<T, Error>;

/// An error that only a changed input or state can mend.
[[nodiscard]] std::unexpected<Error> fail(Errc code, std::string message);
/// An error that may pass by itself.
[[nodiscard]] std::unexpected<Error> fail_retryable(Errc code, std::string message);

}  // namespace coupon::base

/// Leaves the function with the error of a Result<> (g++ 12 has no monadic std::expected).
#define COUPON_TRY(expression) \
  if (auto coupon_try = (expression); !coupon_try) return std::unexpected(std::move(coupon_try).error())
