#include "couponload/cli/load_options.hpp"

#include <algorithm>
#include <thread>

#include "couponload/burst/instant.hpp"
#include "couponload/cli/load_flags.hpp"
#include "couponload/cli/run_plan.hpp"
#include "couponload/units.hpp"

namespace coupon::load {

namespace {

constexpr const char* kExitCodes = R"(
Exit codes: 0 pass, 2 wrong usage or a limit of this machine, 3 server unreachable or coupon missing,
5 an invariant is violated, 130 interrupted, 6 invalid or inconclusive, 4 a threshold was missed, 1 internal error.)";

constexpr const char* kBurstExamples = R"(Examples:
  couponload burst                                10,000 members ask 127.0.0.1:8080 for FLASH100 at once
  couponload burst http://shop:8080 --code SPRING -u 5000 -t 2
  couponload burst -f shop.toml --repeat 5 --threshold 'issued p(99) < 200ms'
  couponload burst --same-user 10                 1,000 members, ten requests each: nobody may win twice
  couponload burst --same-user 10 --same-key 10   the same with one idempotency key each: all ten are told the same
  couponload burst -o json --out run.json --quiet
  couponload burst --max-lag 1s --max-run-delay 100   beside the server on a small machine: the verdict is
                                                  about correctness, the times say little
  couponload burst -H 'Authorization: Bearer x'   with every request
  couponload burst -u 100000 --shard 1/2 --start-at $T --out s1.json   half of them; the other machine says 2/2
                                                  and the same T=$(date -d '1 minute' +%s%3N); then couponload merge
)";

constexpr const char* kRateExamples = R"(Examples:
  couponload rate -R 2000 -d 30s                  2,000 requests a second, whether or not the server keeps up
  couponload rate --stages 10s:1000,30s:5000      a quiet start, then the rush
  couponload rate -R 9000 --shard 2/3 --start-at $T --out s2.json      3,000 of the 9,000 requests a second
  couponload rate -R 500 --threshold 'p(99.9) < 50ms' --threshold 'unknown count == 0'
)";

constexpr const char* kClosedExamples = R"(Examples:
  couponload closed -c 256 -d 30s                 how many requests a second 256 connections get answered
  couponload closed -c 50 --think 200ms           users who look at each answer
  couponload closed -c 256 --shard 1/2 --start-at $T --out s1.json     256 connections here, 256 on the other machine
)";

const char* summary_of(Mode mode) {
  switch (mode) {
    case Mode::kBurst: return "everybody asks at once; then every promise is verified";
    case Mode::kRate: return "requests come at a planned rate (open model); then every promise is verified";
    case Mode::kClosed: return "each connection asks again once it is answered (closed model); then verified";
  }
  return "";
}

std::string footer(Mode mode) {
  switch (mode) {
    case Mode::kBurst: return std::string(kBurstExamples) + kExitCodes;
    case Mode::kRate: return std::string(kRateExamples) + kExitCodes;
    case Mode::kClosed: return std::string(kClosedExamples) + kExitCodes;
  }
  return {};
}

std::int64_t default_threads() { return std::max<std::int64_t>(1, std::thread::hardware_concurrency() / 2); }

}  // namespace

struct LoadCommandLine::Raw {
  Raw(CLI::App& parent, Mode mode) : flags(make(parent, mode)) {}

  static LoadFlags make(CLI::App& parent, Mode mode) {
    auto* app = parent.add_subcommand(std::string(name_of(mode)), summary_of(mode));
    return {.app = app, .settings = base::Settings(*app)};
  }

  LoadFlags flags;
};

LoadCommandLine::LoadCommandLine(CLI::App& parent, Mode mode) : raw_(std::make_unique<Raw>(parent, mode)) {
  auto& flags = raw_->flags;
  flags.options.mode = mode;
  flags.threads = default_threads();
  flags.app->footer(footer(mode));
  if (mode == Mode::kBurst) flags.add_burst();
  if (mode == Mode::kRate) flags.add_rate();
  if (mode == Mode::kClosed) flags.add_closed();
  flags.add_common();
}

LoadCommandLine::~LoadCommandLine() = default;

bool LoadCommandLine::chosen() const { return raw_->flags.app->parsed(); }

LoadOptions LoadCommandLine::options() const {
  const auto& flags = raw_->flags;
  auto options = flags.options;
  const bool burst = options.mode == Mode::kBurst;
  options.users = static_cast<std::uint32_t>(flags.users);
  options.connections = static_cast<std::uint32_t>(flags.connections);
  options.same_user = static_cast<std::uint32_t>(flags.same_user);
  options.same_key = static_cast<std::uint32_t>(flags.same_key);
  options.seed = static_cast<std::uint64_t>(flags.seed);
  options.repeat = static_cast<std::uint32_t>(flags.repeat);
  options.retries = static_cast<std::uint16_t>(flags.retries);
  options.run_delay_share_max = static_cast<double>(flags.run_delay_percent) / kPercent;
  options.prime = !flags.no_prime;
  if (burst) options.same_user = std::min(options.same_user, options.users);
  const auto useful = burst ? requests_of(options) : options.connections;
  options.threads =
      std::max(1, static_cast<int>(std::min<std::uint64_t>(static_cast<std::uint64_t>(flags.threads), useful)));
  if (options.stages_text.empty()) {
    options.stages = Stages(options.rate_per_s, options.duration_ms * kNsPerMs);
  } else {
    options.duration_ms = options.stages.duration_ns() / kNsPerMs;
  }
  return options;
}

}  // namespace coupon::load
