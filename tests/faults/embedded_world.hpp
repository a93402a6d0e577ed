#pragma once
// The embedded profile under live traffic: couponsrv and couponworker as programs of their own on one SQLite file, and
// the checker of I1-I6 at the end of every scenario.

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "faults/foreign_connection.hpp"
#include "faults/scenario.hpp"
#include "functional/programs.hpp"
#include "functional/worker.hpp"
#include "support/temp_folder.hpp"

namespace coupon::test {

struct EmbeddedSetup {
  std::int64_t quota = 100'000;  ///< by default more than any scenario asks for
  int services = 1;
  int workers = 0;                                 ///< beside couponsrv, which works too unless "--no-worker"
  std::string folder = {};                         ///< of the store; empty: one of the scenario's own
  std::vector<std::string> coupon_arguments = {};  ///< more of `couponctl coupon create`
  std::vector<std::string> service_arguments = {};
  std::vector<std::string> worker_arguments = {};
  std::set<std::string> may_be_told = {};  ///< more final answers, "STATUS CODE", that are no mistake here
  bool moves_clock = false;                ///< programs have a wall clock that move_clock moves
};

class EmbeddedWorld final : public Scenario {
 public:
  explicit EmbeddedWorld(EmbeddedSetup setup = {});
  ~EmbeddedWorld() override;

  [[nodiscard]] const std::string& file() const { return file_; }
  Service& service(std::size_t index = 0) { return *services_.at(index); }
  Worker& worker(std::size_t index = 0) { return *workers_.at(index); }
  /// One more, with the scenario's arguments.
  Service& add_service();
  Worker& add_worker();
  /// kill -9 and the end of it; who waits for an answer of this service hears nothing.
  void kill_service(std::size_t index = 0);
  void kill_worker(std::size_t index = 0);
  /// SIGTERM, and exit code 0.
  void stop_service(std::size_t index = 0);
  [[nodiscard]] std::size_t services() const { return services_.size(); }
  [[nodiscard]] std::size_t workers() const { return workers_.size(); }
  /// Of all programs that run.
  [[nodiscard]] std::vector<Process*> processes() const;

  /// SIGSTOP while it writes what it commits: it has the store's exclusive lock, and its rollback journal is hot.
  void freeze_in_commit(Process& process) const;
  /// SIGSTOP while it has no lock on the store: a frozen one would keep everybody else out.
  void freeze_without_lock(Process& process) const;
  /// The files of all programs that run may not grow beyond `bytes`; nothing: as far as they like.
  void limit_files(std::optional<std::uint64_t> bytes) const;
  /// The programs' wall clock, against the real one.
  void move_clock(std::int64_t seconds) const;

  /// couponctl on the store, to the end.
  [[nodiscard]] Finished ctl(std::vector<std::string> arguments) const;
  /// couponctl on the store, started.
  [[nodiscard]] std::unique_ptr<Process> start_ctl(std::vector<std::string> arguments) const;
  [[nodiscard]] nlohmann::json stock() const;
  /// A look into the file, or a hand in it.
  [[nodiscard]] std::int64_t number(const std::string& sql) const { return ForeignConnection(file_).number(sql); }
  void meddle(const std::string& sql) const { ForeignConnection(file_).run(sql); }
  /// Records that the ledger does not have yet.
  [[nodiscard]] std::int64_t lag() const;

 private:
  [[nodiscard]] std::vector<std::string> prefix() const;
  [[nodiscard]] std::string program_folder();
  [[nodiscard]] std::vector<std::uint16_t> ports() const override;
  void judge(const Told& told, bool lost) override;
  void show_logs() override;

  EmbeddedSetup setup_;
  TempFolder folder_;
  std::string file_;
  std::string store_;
  int programs_ = 0;
  std::vector<std::unique_ptr<Service>> services_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace coupon::test
