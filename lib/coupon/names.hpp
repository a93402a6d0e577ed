#pragma once
// Coupon codes and member ids: byte strings of a restricted alphabet. They are compared byte by byte everywhere
// (case matters, no trimming, no collation), and are never numbers.

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace coupon {

struct CodeTag {
  static constexpr std::string_view kField = "couponCode";
  static constexpr std::size_t kMax = 40;
  static constexpr std::string_view kAlphabet = "letters, digits, '-' and '_'";
  static constexpr bool allows(char c) { return c == '-' || c == '_'; }
};

struct MemberTag {
  static constexpr std::string_view kField = "memberId";
  static constexpr std::size_t kMax = 64;
  static constexpr std::string_view kAlphabet = "letters, digits, '-', '_', '.', ':' and '@'";
  static constexpr bool allows(char c) { return c == '-' || c == '_' || c == '.' || c == ':' || c == '@'; }
};

namespace detail {
[[nodiscard]] base::Result<> check_name(std::string_view text, std::string_view field, std::size_t max,
                                        std::string_view alphabet, bool (*allows)(char));
}

/// A checked name: 1 to Tag::kMax characters of its alphabet. Immutable.
template <class Tag>
class Name {
 public:
  static constexpr std::size_t kMax = Tag::kMax;

  /// The error names the field and says what is allowed.
  [[nodiscard]] static base::Result<Name> parse(std::string_view text) {
    if (auto ok = detail::check_name(text, Tag::kField, Tag::kMax, Tag::kAlphabet, &Tag::allows); !ok) {
      return std::unexpected(ok.error());
    }
    return Name(std::string(text));
  }

  [[nodiscard]] const std::string& text() const { return text_; }

  friend auto operator<=>(const Name&, const Name&) = default;

 private:
  explicit Name(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

using CouponCode = Name<CodeTag>;
using MemberId = Name<MemberTag>;

}  // namespace coupon

template <class Tag>
struct std::hash<coupon::Name<Tag>> {
  std::size_t operator()(const coupon::Name<Tag>& name) const noexcept { return std::hash<std::string>{}(name.text()); }
};
