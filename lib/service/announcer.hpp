#pragma once
// Tells others what the ledger has committed: who got a place, and what could not be stored. At least once; the grant
// id deduplicates. Nothing in the protocol reads it.

#include <cstdint>
#include <future>
#include <string_view>
#include <vector>

#include "coupon/journal.hpp"
#include "coupon/ledger.hpp"

namespace coupon::service {

/// Longest record, in bytes of its key, value and headers, that is passed on as it came: far more than ours have. A
/// batch of longer ones would not fit into the producer's queue, and the largest that a broker takes not into a copy.
inline constexpr std::size_t kCopyBytesMax = std::size_t{24} * 1024;

/// The copy of a dead letter for other tools: the record as it was, and headers that say where it came from and why it
/// could not be stored (origin-partition, origin-offset, origin-ms, error-class, error, attempts, source, at-ms). Of a
/// record above kCopyBytesMax the beginnings of key and value, without its headers, and cut-from, its size in bytes;
/// the letter in the ledger has all of it.
[[nodiscard]] JournalRecord copy_of(const DeadLetter& letter, std::string_view source, std::int64_t now_ms);

/// What is announced of a grant that came as `record`, which is moved from.
[[nodiscard]] JournalRecord news_of(const GrantEvent& event, ConsumedRecord& record);

/// One thread at a time. The journals need executors that do not need that thread, and outlive it.
class Announcer {
 public:
  Announcer(Journal& issued, Journal& dead) : issued_(issued), dead_(dead) {}

  /// What was handed over and is not acknowledged yet.
  class Pending {
   public:
    /// Blocks until all of it is acknowledged. After an Error some of it may have been: start again.
    [[nodiscard]] base::Result<> wait();

   private:
    friend class Announcer;
    void add(Journal& journal, std::vector<JournalRecord> records);
    std::vector<std::future<base::Result<std::vector<bool>>>> acknowledged_;
  };
  /// Does not block.
  [[nodiscard]] Pending start(std::vector<JournalRecord> issued, std::vector<JournalRecord> dead);

 private:
  Journal& issued_;
  Journal& dead_;
};

}  // namespace coupon::service
