#pragma once
// The command lines of `couponload burst`, `rate` and `closed`.

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "couponload/cli/target_options.hpp"
#include "couponload/pacing/stages.hpp"
#include "couponload/report/render.hpp"
#include "couponload/report/threshold.hpp"
#include "couponload/run_result.hpp"
#include "couponload/shard.hpp"
#include "couponload/verify/evidence_keeper.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace coupon::load {

struct LoadOptions {
  Mode mode = Mode::kBurst;
  TargetOptions target;
  std::string member_format;    ///< empty: the members of the profile
  std::uint32_t same_user = 1;  ///< requests of each member
  std::uint32_t same_key = 1;   ///< requests that share {key}
  int threads = 1;
  std::uint64_t seed = 1;
  std::uint32_t repeat = 1;
  std::int64_t timeout_ms = 10'000;
  std::int64_t settle_ms = 30'000;
  bool prime = true;
  bool cold = false;
  Shard shard;
  std::optional<std::int64_t> start_at_ms;  ///< since 1970; nothing: at once
  std::vector<boost::asio::ip::address> sources;

  std::uint32_t users = 10'000;  ///< burst: requests of all shards, each on a connection of its own
  std::uint16_t retries = 0;     ///< burst: of a request that timed out

  std::uint32_t connections = 256;    ///< rate, closed: at most, of each shard
  std::int64_t duration_ms = 30'000;  ///< rate, closed: the measured window
  std::int64_t warmup_ms = 5'000;     ///< rate, closed
  std::int64_t rate_per_s = 1'000;    ///< rate, without stages; of all shards together
  Stages stages;                      ///< rate; of all shards together
  std::string stages_text;            ///< rate: as given; empty: one rate
  std::int64_t think_ms = 0;          ///< closed

  std::int64_t lag_max_ms = 5;
  std::int64_t skew_max_ms = 0;  ///< burst; 0: no limit
  double run_delay_share_max = 0.10;
  std::vector<Threshold> thresholds;
  EvidenceScope evidence = EvidenceScope::kGrants;
  ReportFormat format = ReportFormat::kTable;
  std::string out_path;  ///< empty: no file
  bool quiet = false;
};

/// Adds the subcommand of a mode to `parent`; keep it alive until parsing is over.
class LoadCommandLine {
 public:
  LoadCommandLine(CLI::App& parent, Mode mode);
  ~LoadCommandLine();
  LoadCommandLine(const LoadCommandLine&) = delete;
  LoadCommandLine& operator=(const LoadCommandLine&) = delete;

  /// After parsing: whether this subcommand was called, and what it was told.
  [[nodiscard]] bool chosen() const;
  [[nodiscard]] LoadOptions options() const;

 private:
  struct Raw;
  std::unique_ptr<Raw> raw_;
};

}  // namespace coupon::load
