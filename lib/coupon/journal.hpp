#pragma once
// The journal carries every grant from the gate to the ledger, at least once, in one or more partitions.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "coupon/event.hpp"

namespace coupon {

/// What can be written: the grants, and what others may consume of it.
enum class Stream {
  kGrants,  ///< the journal itself
  kIssued,  ///< grants that the ledger has committed
  kDead,    ///< copies of dead letters
};

/// The writing side. Belongs to one thread, as a Gate does; append never blocks.
class Journal {
 public:
  virtual ~Journal() = default;

  /// Appends records that survive once acknowledged. One bool per record: acknowledged. False or an Error means
  /// unknown: the record may still appear, so readers must accept copies. kBusy: the queue is full, nothing was taken.
  virtual void append(std::vector<JournalRecord> records, base::Done<std::vector<bool>> done) = 0;
  /// kBusy when the queue is full at this moment: to be asked before something is granted. Does not block.
  [[nodiscard]] virtual base::Result<> room() const { return {}; }

 protected:
  Journal() = default;
  Journal(const Journal&) = default;
  Journal& operator=(const Journal&) = default;
};

struct ConsumedRecord {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;
  std::string key;
  std::string value;
  std::vector<Header> headers;
};

/// Partition -> offset of the next record.
using Positions = std::map<std::int32_t, std::int64_t>;

/// The reading side of one consumer group. Blocks; one thread at a time.
class JournalReader {
 public:
  virtual ~JournalReader() = default;

  /// Up to `limit` records behind the last poll's (after a start: behind the committed ones), waiting at most
  /// `wait_ms` for the first. An empty batch is not an error.
  [[nodiscard]] virtual base::Result<std::vector<ConsumedRecord>> poll(std::size_t limit, std::int64_t wait_ms) = 0;
  /// Stores how far the group has come; never moves it back. Call it only after the ledger's commit.
  [[nodiscard]] virtual base::Result<> commit(const Positions& next) = 0;
  /// Goes back to the committed positions: the next poll delivers again what was not committed.
  [[nodiscard]] virtual base::Result<> rewind() = 0;
  /// Delivers nothing more of this partition, and goes on with the others, until a rewind or until the partition is
  /// given to this reader anew: then what was not committed of it comes again.
  [[nodiscard]] virtual base::Result<> hold(std::int32_t partition) = 0;

  /// End of every partition now, and what the group has committed. Lag is their difference.
  [[nodiscard]] virtual base::Result<Positions> end() = 0;
  [[nodiscard]] virtual base::Result<Positions> committed() = 0;

 protected:
  JournalReader() = default;
  JournalReader(const JournalReader&) = default;
  JournalReader& operator=(const JournalReader&) = default;
};

/// Records between `committed` and `end`, summed over partitions; never negative.
[[nodiscard]] inline std::int64_t lag_between(const Positions& committed, const Positions& end) {
  std::int64_t lag = 0;
  for (const auto& [partition, last] : end) {
    const auto it = committed.find(partition);
    const auto done = it == committed.end() ? 0 : it->second;
    if (last > done) lag += last - done;
  }
  return lag;
}

}  // namespace coupon
