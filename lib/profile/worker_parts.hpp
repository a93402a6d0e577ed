#pragma once
// Everything that service::Worker's loops run on, by role.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "profile/engines.hpp"
#include "profile/workbench.hpp"
#include "service/keeper.hpp"
#include "service/persister.hpp"
#include "service/relay.hpp"
#include "service/retrier.hpp"
#include "service/worker.hpp"

namespace coupon::profile {

struct WorkerRoles {
  bool persist = true;    ///< journal to ledger
  bool relay = true;      ///< pending grants to the journal
  bool dlt = true;        ///< dead letters that are to be tried again
  bool rebuild = true;    ///< gates that do not serve
  bool reconcile = true;  ///< differences between gate and ledger
};

struct WorkerPlan {
  WorkerRoles roles;
  service::PersisterConfig persist;
  service::RelayConfig relay;
  service::RetrierConfig dlt;
  service::KeeperConfig keeper;
  std::int64_t poll_wait_ms = 200;       ///< longest wait for a record; also how fast a stop is noticed
  std::int64_t relay_interval_ms = 500;  ///< between looks for pending grants
  std::int64_t dlt_interval_ms = 1'000;
  std::int64_t rebuild_interval_ms = 1'000;
  std::int64_t reconcile_interval_ms = 300'000;
};

/// Engines, clock and metrics must outlive it.
class WorkerParts {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<WorkerParts>> open(Engines& engines, const base::Clock& clock,
                                                                       base::Metrics& metrics, const WorkerPlan& plan);

  /// For a Worker, which must end before this does.
  [[nodiscard]] std::vector<service::WorkerLoop> loops();

 private:
  explicit WorkerParts(const WorkerPlan& plan) : plan_(plan) {}
  [[nodiscard]] service::WorkerLoop persist_loop();

  /// What one teller of news needs to itself; empty where the engines have nowhere to tell.
  struct Voice {
    std::unique_ptr<Journal> issued;
    std::unique_ptr<Journal> dead;
    std::optional<service::Announcer> announcer;
    [[nodiscard]] service::Announcer* get() { return announcer ? &*announcer : nullptr; }
  };
  void open_voice(Voice& voice, Engines& engines);

  /// What one keeper needs to itself: rebuilds must not wait for a reconcile.
  struct Kept {
    std::unique_ptr<Workbench> bench;
    std::optional<service::Keeper> keeper;
  };
  [[nodiscard]] base::Result<> open_keeper(Kept& kept, Engines& engines, const base::Clock& clock,
                                           base::Metrics& metrics) const;

  WorkerPlan plan_;
  base::InlineExecutor executor_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<JournalReader> reader_;
  Voice persist_voice_;
  std::optional<service::Persister> persister_;
  Voice dlt_voice_;
  std::optional<service::Retrier> retrier_;
  std::optional<service::Relay> relay_;
  Kept rebuild_;
  Kept reconcile_;
};

}  // namespace coupon::profile
