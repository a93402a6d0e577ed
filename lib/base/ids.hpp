#pragma once
// 16-byte ids that sort by creation time (the layout of ULID: 48 bits of milliseconds, 80 random bits).
// Text form: 26 characters of Crockford's base 32, see github.com/ulid/spec.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace coupon::base {

struct Ulid {
  std::array<std::uint8_t, 16> bytes{};

  static constexpr std::size_t kTextLength = 26;

  [[nodiscard]] std::string text() const;
  /// The text form without memory of its own.
  [[nodiscard]] std::array<char, kTextLength> chars() const;
  /// Appends the text form without a temporary.
  void append_to(std::string& out) const;
  [[nodiscard]] std::string_view view() const;  ///< the 16 raw bytes
  [[nodiscard]] std::int64_t created_ms() const;
  [[nodiscard]] bool empty() const { return *this == Ulid{}; }

  /// Accepts exactly 26 characters, either case; no look-alike substitution.
  [[nodiscard]] static Result<Ulid> parse(std::string_view text);
  /// Accepts exactly 16 bytes.
  [[nodiscard]] static Result<Ulid> from_bytes(std::string_view raw);

  friend auto operator<=>(const Ulid&, const Ulid&) = default;
};

/// Makes ids that increase strictly within one generator, also when the clock stands still or steps back.
/// Not thread-safe: one per thread. Randomness is seeded from the system.
class UlidGenerator {
 public:
  explicit UlidGenerator(const Clock& clock);
  [[nodiscard]] Ulid next();

 private:
  const Clock& clock_;
  std::mt19937_64 random_;
  std::uint64_t last_ms_ = 0;
  std::uint16_t high_ = 0;
  std::uint64_t low_ = 0;
};

}  // namespace coupon::base

template <>
struct std::hash<coupon::base::Ulid> {
  std::size_t operator()(const coupon::base::Ulid& id) const noexcept {
    return std::hash<std::string_view>{}(id.view());
  }
};
