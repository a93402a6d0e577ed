#include "base/result.hpp"

#include <utility>

namespace coupon::base {

std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::kInvalid: return "invalid";
    case Errc::kNotFound: return "not_found";
    case Errc::kConflict: return "conflict";
    case Errc::kUnavailable: return "unavailable";
    case Errc::kTimeout: return "timeout";
    case Errc::kBusy: return "busy";
    case Errc::kFenced: return "fenced";
    case Errc::kCorrupt: return "corrupt";
    case Errc::kIo: return "io";
    case Errc::kUnsupported: return "unsupported";
    case Errc::kInternal: return "internal";
  }
  return "internal";
}

Error Error::in(std::string_view context) const {
  std::string text(context);
  text.append(": ").append(message);
  return Error{code, std::move(text), retryable};
}

std::unexpected<Error> fail(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message), false});
}

std::unexpected<Error> fail_retryable(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message), true});
}

}  // namespace coupon::base
