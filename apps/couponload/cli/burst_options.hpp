#pragma once
// The command line of `couponload burst`.

#include <cstdint>
#include <memory>
#include <string>

#include "base/output.hpp"
#include "couponload/members.hpp"
#include "couponload/profile/request_template.hpp"
#include "net/http/client/url.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace coupon::load {

struct BurstOptions {
  net::http::Url url;
  std::string code = "FLASH100";
  std::uint32_t users = 10'000;  ///< requests, each on a connection of its own
  std::uint32_t same_user = 1;   ///< requests of each member
  int threads = 1;
  std::uint64_t seed = 1;
  std::int64_t timeout_ms = 10'000;
  std::int64_t settle_ms = 30'000;
  std::int64_t lag_max_ms = 5;
  std::int64_t skew_max_ms = 0;  ///< 0: no limit
  double run_delay_share_max = 0.10;
  bool prime = true;
  bool quiet = false;
  MemberFormat members;
  Headers headers;
  base::OutputFormat format = base::OutputFormat::kTable;
  std::string out_path;  ///< empty: no file
};

/// Adds the subcommand to `parent`; keep it alive until parsing is over.
class BurstCommandLine {
 public:
  explicit BurstCommandLine(CLI::App& parent);
  ~BurstCommandLine();
  BurstCommandLine(const BurstCommandLine&) = delete;
  BurstCommandLine& operator=(const BurstCommandLine&) = delete;

  /// After parsing: whether this subcommand was called, and what it was told.
  [[nodiscard]] bool chosen() const;
  [[nodiscard]] BurstOptions options() const;

 private:
  struct Raw;
  std::unique_ptr<Raw> raw_;
};

/// "Name: value", for -H. Refuses what would break the request apart.
[[nodiscard]] base::Result<std::pair<std::string, std::string>> parse_header(const std::string& text);

}  // namespace coupon::load
