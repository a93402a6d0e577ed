#pragma once
// Carries records from the journal into the ledger: poll, decode, one ledger transaction, and only then the position.
// A crash anywhere in between delivers the same records again, and the ledger absorbs the copies.

#include <array>
#include <cstdint>
#include <vector>

#include "base/metrics.hpp"
#include "coupon/journal.hpp"
#include "coupon/ledger.hpp"

namespace coupon::service {

struct PersisterConfig {
  std::size_t batch_max = 1'000;  ///< records in one ledger transaction
};

/// What one pass did.
struct PersistPass {
  std::size_t records = 0;  ///< taken and stored
  std::array<std::size_t, kPersistOutcomeCount> outcomes{};
  std::size_t dead = 0;  ///< unreadable or rejected records, now dead letters
  /// A record of a newer version is next: it is not skipped, the journal waits for a newer program.
  bool blocked = false;
};

/// One thread at a time. Reader, ledger and metrics must outlive it.
class Persister {
 public:
  Persister(JournalReader& reader, Ledger& ledger, PersisterConfig config, base::Metrics& metrics);

  /// Takes one batch, waiting up to `wait_ms` for its first record. After an Error nothing was committed to the
  /// journal and the next pass starts with the same records; wait before it when the Error is retryable, alarm
  /// somebody when it is not.
  [[nodiscard]] base::Result<PersistPass> pass(std::int64_t wait_ms);

 private:
  struct Batch {
    std::vector<PersistItem> items;
    std::vector<DeadLetter> dead;
    Positions next;
    bool blocked = false;
  };
  [[nodiscard]] Batch sort(std::vector<ConsumedRecord> records);
  [[nodiscard]] base::Result<> store(const std::vector<PersistItem>& items, const std::vector<DeadLetter>& dead,
                                     PersistPass& pass);
  [[nodiscard]] base::Result<> store_halves(const std::vector<PersistItem>& items, PersistPass& pass);
  [[nodiscard]] base::Result<> finish(const Batch& batch, PersistPass& pass);
  void count(const PersistPass& pass);

  JournalReader& reader_;
  Ledger& ledger_;
  PersisterConfig config_;
  std::vector<base::Counter> outcomes_;
  base::Counter dead_;
  base::Counter failures_;
  base::Gauge blocked_;
};

}  // namespace coupon::service
