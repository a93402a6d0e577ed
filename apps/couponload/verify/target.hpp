#pragma once
// The server under test, through its public API only.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "couponload/profile/classify.hpp"
#include "couponload/profile/request_template.hpp"
#include "couponload/verify/observed.hpp"
#include "net/http/client.hpp"

namespace coupon::load {

struct Target {
  net::http::Url url;
  const Profile* profile = nullptr;  ///< must outlive the target
  std::string code;
  Headers headers;
  Variables variables = {};
  net::http::TlsSettings tls = {};
  std::int64_t timeout_ms = 10'000;
};

/// One connection to the target. Blocks; one per thread. Each call tries again after 429, 503 and broken connections
/// until `deadline_ns` (see now_ns) or until `stop` is requested; then the last failure is the error.
class Api {
 public:
  explicit Api(const Target& target);

  /// What the profile gives to read: all empty when it gives nothing.
  [[nodiscard]] base::Result<Counts> counts(std::int64_t deadline_ns, const std::stop_token& stop);
  /// What the server says of this member's grant; `expected_id` decides between confirmed and other. An answer without
  /// an id where the profile says is kUnavailable: it says nothing.
  [[nodiscard]] base::Result<Readback> read_back(const std::string& member, const std::string& expected_id,
                                                 std::int64_t deadline_ns, const std::stop_token& stop);
  /// Asks for a grant once more.
  [[nodiscard]] base::Result<Meaning> ask_again(const std::string& member, std::int64_t deadline_ns,
                                                const std::stop_token& stop);

 private:
  [[nodiscard]] base::Result<net::http::Answer> ask(const net::http::Question& question, std::int64_t deadline_ns,
                                                    const std::stop_token& stop);
  [[nodiscard]] base::Result<nlohmann::json> get(const std::string& path, std::int64_t deadline_ns,
                                                 const std::stop_token& stop);
  [[nodiscard]] Subject subject(std::string_view member) const;

  const Target& target_;
  net::http::Client client_;
};

/// Waits `ms`, but not beyond the deadline. False when there is no more time or `stop` was requested.
[[nodiscard]] bool pause(std::int64_t ms, std::int64_t deadline_ns, const std::stop_token& stop);

}  // namespace coupon::load
