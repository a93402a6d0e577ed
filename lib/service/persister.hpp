#pragma once
// Carries records from the journal into the ledger: poll, decode, one ledger transaction, and only then the position.
// A crash anywhere in between delivers the same records again, and the ledger absorbs the copies.
//
// While there is a backlog, the next batch is read and decoded, and the last one's position is stored, beside the
// ledger's transaction of this one.

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "coupon/journal.hpp"
#include "coupon/ledger.hpp"
#include "service/announcer.hpp"

namespace coupon::service {

struct PersisterConfig {
  std::size_t batch_max = 1'000;  ///< records in one ledger transaction
};

/// What one pass did.
struct PersistPass {
  std::size_t records = 0;  ///< taken and stored
  std::array<std::size_t, kPersistOutcomeCount> outcomes{};
  std::size_t dead = 0;  ///< unreadable or rejected records, now dead letters
  /// A record of a newer version is next in some partition: it is not skipped, that partition waits for a newer
  /// program.
  bool blocked = false;
};

/// One thread at a time. Reader, ledger and metrics must outlive it.
class Persister {
 public:
  /// With an announcer others are told what was committed, before the journal's position moves.
  Persister(JournalReader& reader, Ledger& ledger, PersisterConfig config, base::Metrics& metrics,
            Announcer* announcer = nullptr);

  /// Takes one batch, waiting up to `wait_ms` for its first record. After an Error the next pass starts with what was
  /// not committed to the journal; wait before it when the Error is retryable, alarm somebody when it is not.
  [[nodiscard]] base::Result<PersistPass> pass(std::int64_t wait_ms);
  /// Empty, or what waits for a newer program. Thread-safe.
  [[nodiscard]] std::string trouble() const;
  /// Commits to the journal what passes with a backlog have stored, so that nobody reads it again. For the end.
  [[nodiscard]] base::Result<> finish();

 private:
  struct Batch {
    std::vector<PersistItem> items;
    std::vector<DeadLetter> dead;
    Positions next;
    std::set<std::int32_t> blocked;
    bool full = false;  // there is more where it came from
  };
  struct News {
    std::vector<JournalRecord> issued;
    std::vector<JournalRecord> dead;
  };
  [[nodiscard]] base::Result<Batch> read(std::int64_t wait_ms);
  [[nodiscard]] Announcer::Pending announce();
  [[nodiscard]] base::Result<> commit();
  [[nodiscard]] base::Result<PersistPass> store_with_next(Batch batch);
  [[nodiscard]] Batch sort(std::vector<ConsumedRecord> records);
  void note(std::vector<PersistItem>& items, const std::vector<PersistOutcome>& outcomes,
            const std::vector<DeadLetter>& dead);
  [[nodiscard]] base::Result<> store(std::vector<PersistItem>& items, const std::vector<DeadLetter>& dead,
                                     PersistPass& pass);
  [[nodiscard]] base::Result<> store_halves(std::vector<PersistItem>& items, PersistPass& pass);
  void count(const PersistPass& pass);

  JournalReader& reader_;
  Ledger& ledger_;
  PersisterConfig config_;
  Announcer* announcer_;
  mutable std::mutex mutex_;
  std::set<std::int32_t> held_;
  std::optional<Batch> ahead_;  // read beside the last transaction
  Positions stored_;            // in the ledger, and not committed to the journal yet
  News due_;                    // of the same records: to be announced before that
  News fresh_;                  // of the batch in hand
  std::vector<base::Counter> outcomes_;
  base::Counter dead_;
  base::Counter failures_;
  base::Gauge blocked_;
};

}  // namespace coupon::service
