#pragma once
// What answers mean that were seen before, byte by byte, head included: most answers of a flow are the same few.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "couponload/profile/classify.hpp"

namespace coupon::load {

struct KnownAnswer {
  std::string bytes;
  Meaning meaning;
  int status = 0;
  bool keep_alive = true;
};

/// A bounded memory of whole answers; a newer one takes the place of an older one. Not thread-safe.
class AnswerCache {
 public:
  /// Nothing when these very bytes are not known. Valid until the next remember().
  [[nodiscard]] const KnownAnswer* find(std::string_view bytes) const;
  /// `answer.bytes` must be one whole answer. What is long, or carries a grant, is not remembered.
  void remember(KnownAnswer answer);

 private:
  static constexpr std::size_t kSlots = 64;
  [[nodiscard]] static std::size_t slot_of(std::string_view bytes);

  std::array<KnownAnswer, kSlots> slots_;
};

inline constexpr std::size_t kCachedBytesMax = 2'048;

}  // namespace coupon::load
