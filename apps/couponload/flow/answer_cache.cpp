#include "couponload/flow/answer_cache.hpp"

#include <functional>

namespace coupon::load {

std::size_t AnswerCache::slot_of(std::string_view bytes) { return std::hash<std::string_view>{}(bytes) % kSlots; }

const KnownAnswer* AnswerCache::find(std::string_view bytes) const {
  const auto& known = slots_[slot_of(bytes)];
  return !bytes.empty() && known.bytes == bytes ? &known : nullptr;
}

void AnswerCache::remember(KnownAnswer answer) {
  if (answer.bytes.empty() || answer.bytes.size() > kCachedBytesMax || !answer.meaning.id.empty()) return;
  slots_[slot_of(answer.bytes)] = std::move(answer);
}

}  // namespace coupon::load
