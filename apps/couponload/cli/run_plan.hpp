#pragma once
// From options to what the engines, the verification and the report need.

#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>
#include <vector>

#include "couponload/burst/burst.hpp"
#include "couponload/cli/load_options.hpp"
#include "couponload/flow/flow.hpp"
#include "couponload/report/run_report.hpp"
#include "couponload/verify/verify.hpp"

namespace coupon::load {

/// What this shard does of a burst.
struct BurstShare {
  std::uint64_t first_member = 0;
  std::uint64_t members = 0;
  std::uint64_t requests = 0;
};
[[nodiscard]] BurstShare burst_share(const LoadOptions& options);

/// A run that has been checked and can begin.
struct RunSetting {
  LoadOptions options;
  std::vector<std::string> argv;
  ResolvedTarget target;  ///< its values change from repeat to repeat
  MemberSource members;
  boost::asio::ip::tcp::endpoint server;
  std::optional<net::http::TlsContext> tls;  ///< of an https URL
  std::optional<std::int64_t> start_ns;      ///< by the monotonic clock; nothing: at once
};

/// Requests of this shard that can be told beforehand: of a closed run as many as there are connections.
[[nodiscard]] std::uint64_t requests_of(const LoadOptions& options);

/// The source of members, with at least as many as are needed. Reads a file.
[[nodiscard]] base::Result<MemberSource> make_members(const LoadOptions& options, const Profile& profile);

[[nodiscard]] BurstPlan make_burst_plan(const RunSetting& setting, const Members& members);
[[nodiscard]] FlowPlan make_flow_plan(const RunSetting& setting);
/// Refers to `setting`.
[[nodiscard]] Route make_route(const RunSetting& setting);
/// Refers to `setting`.
[[nodiscard]] Target make_target(const RunSetting& setting);
[[nodiscard]] Scenario make_scenario(const RunSetting& setting);

}  // namespace coupon::load
