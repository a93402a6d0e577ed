#pragma once
// couponload.run/1 as types: all that a result file says. A run is turned into a document and written as JSON; every
// renderer works on a document that was read from that JSON, so that -o and `couponload report` give the same.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "couponload/report/run_report.hpp"
#include "couponload/report/series.hpp"
#include "couponload/report/threshold.hpp"
#include "couponload/verify/invariant.hpp"

namespace coupon::load {

inline constexpr std::string_view kRunSchema = "couponload.run/1";
inline constexpr std::size_t kRepeatsMax = 100;

/// The machine that asked.
struct Host {
  std::string name;
  std::string kernel;
  std::string machine;
  std::string cpu;  ///< model; empty when the system does not say
  int cores = 0;
  std::int64_t memory_bytes = 0;
};

/// Of this machine.
[[nodiscard]] Host read_host();

/// One load thread.
struct ThreadDocument {
  std::int64_t wall_ns = 0;
  std::int64_t cpu_ns = 0;
  std::optional<std::int64_t> run_delay_ns;
  std::int64_t lag_p50_ns = 0;
  std::int64_t lag_p99_ns = 0;
  std::int64_t lag_max_ns = 0;
};

struct ValidityDocument {
  Validity judged;
  ValidityLimits limits;
  std::optional<double> little_error;  ///< of closed: see little_error()
  std::vector<ThreadDocument> threads;
};

/// What the profile and the run gave to verify with; see Observed.
struct Checked {
  bool ids = true;
  bool ranks = true;
  bool readback = true;
  bool counts = true;
  bool verified = false;
};

struct RepeatDocument {
  std::int64_t started_ms = 0;  ///< since 1970
  bool released = false;        ///< false: nothing was sent
  std::int64_t planned = 0;     ///< requests; of rate and closed
  Figures figures;
  Series series;
  std::int64_t opening_ns = 0;  ///< burst: until all connections were open and primed
  std::int64_t connect_failed = 0;
  std::int64_t syn_retransmits = 0;
  std::optional<Counts> before;
  std::optional<Counts> after;
  std::optional<LeftOut> left_out;  ///< of the evidence
  Checked checked;
  ValidityDocument validity;
  std::vector<Invariant> invariants;
  std::vector<ThresholdResult> thresholds;
  EvidenceFile evidence;
  std::string verdict;  ///< the line
  int exit = 0;
};

struct RunDocument {
  std::string version;  ///< of the program that wrote it
  Host host;
  Scenario scenario;
  std::vector<RepeatDocument> repeats;  ///< at least one
  std::string verdict;                  ///< the line of the worst repeat
  int exit = 0;                         ///< of the worst repeat
};

/// A run's document grows by its repeats, so that no repeat's evidence is kept longer than needed:
///   auto document = new_document(scenario);
///   for each repeat: document.repeats.push_back(make_repeat(report));
///   conclude(document);
[[nodiscard]] RunDocument new_document(const Scenario& scenario);
[[nodiscard]] RepeatDocument make_repeat(const RunReport& report);
/// Sets verdict and exit of the whole from those of its repeats; at least one.
void conclude(RunDocument& document);
/// The document of a single repeat.
[[nodiscard]] RunDocument make_document(const RunReport& report);

[[nodiscard]] nlohmann::ordered_json to_json(const RunDocument& document);
/// The text of a result file.
[[nodiscard]] std::string write_document(const RunDocument& document);
/// Refuses (kInvalid) what is no couponload.run/1, and (kUnsupported) another version of it.
[[nodiscard]] base::Result<RunDocument> read_document(std::string_view text);
/// Reads a result file of at most 512 MiB; "-" is standard input. Blocks.
[[nodiscard]] base::Result<RunDocument> load_document(const std::string& path);

}  // namespace coupon::load
