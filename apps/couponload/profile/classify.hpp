#pragma once
// From what came over the wire to what it means.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "couponload/profile/profile.hpp"
#include "couponload/shot.hpp"

namespace coupon::load {

/// An answer read by a profile.
struct Meaning {
  Outcome outcome = Outcome::kUnknown;
  std::string id;
  std::string code;
  std::int64_t rank = 0;
  int rule = -1;  ///< index of the rule that matched; -1: none did
};

/// A profile's rules made ready for many answers. Remembers some short ones, so that an answer equal to one seen before
/// is not parsed again. Not thread-safe: one per thread. Does not refer to the profile.
class Classifier {
 public:
  explicit Classifier(const Profile& profile);
  ~Classifier();
  Classifier(Classifier&&) noexcept;
  Classifier& operator=(Classifier&&) noexcept;

  /// `body` need not be JSON. When no rule matches: 429, and 503 with Retry-After, are refused; another 4xx is an
  /// error; anything else may have been an issue, so it is unknown. Valid until the next call.
  [[nodiscard]] const Meaning& read(int status, bool retry_after, std::string_view body);
  /// How many answers were parsed, and not remembered.
  [[nodiscard]] std::size_t parsed() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One answer, with a classifier of its own.
[[nodiscard]] Meaning read_answer(const Profile& profile, int status, bool retry_after, std::string_view body);

/// `shot` must have been sent.
[[nodiscard]] Evidence read_shot(Classifier& classifier, const Shot& shot, std::string member);
[[nodiscard]] Evidence read_shot(const Profile& profile, const Shot& shot, std::string member);

/// The text (or number, as text) at a JSON pointer; empty when it is not there or the pointer is empty.
[[nodiscard]] std::string text_at(const nlohmann::json& json, const std::string& pointer);
/// A whole number at a JSON pointer.
[[nodiscard]] std::optional<std::int64_t> number_at(const nlohmann::json& json, const std::string& pointer);
/// True when `true` stands there.
[[nodiscard]] bool true_at(const nlohmann::json& json, const std::string& pointer);
/// A discarded value when it is not JSON.
[[nodiscard]] nlohmann::json parse_json(std::string_view body);

}  // namespace coupon::load
