#pragma once
// The real programs on a store of their own.

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/http_call.hpp"
#include "support/process.hpp"

namespace coupon::test {

/// The coupon of most tests.
inline constexpr const char* kCode = "FLASH100";

/// The longest wait for a program that has been started to be ready, or to have ended.
inline constexpr std::chrono::seconds kStart{60};

/// The path of a built program.
[[nodiscard]] std::string program(const std::string& name);

/// couponctl on a store, to the end.
[[nodiscard]] Finished ctl(const std::string& store, std::vector<std::string> arguments);

/// Which servers a program runs on, and where it is told to write its port.
struct OnServers {
  std::vector<std::string> flags;  ///< --gate, --journal, --ledger and what belongs to them
  std::string port_file;
};

/// A couponsrv that accepts connections. Fails the test when it does not start.
class Service {
 public:
  /// On coupon.db in `folder`. `prefix` is put in front of the command (unshare, for example).
  explicit Service(const std::string& folder, std::vector<std::string> arguments = {},
                   std::vector<std::string> prefix = {});
  explicit Service(const OnServers& servers, const std::vector<std::string>& arguments = {});

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] Process& process() { return *process_; }
  /// SIGTERM, and the exit code.
  int stop();

  [[nodiscard]] RawResponse get(const std::string& target) const { return http_call(port_, "GET", target); }
  [[nodiscard]] RawResponse post(const std::string& target, const std::string& body,
                                 const std::vector<std::string>& fields = {}) const {
    return http_call(port_, "POST", target, body, fields);
  }
  [[nodiscard]] RawResponse issue(const std::string& code, const std::string& member,
                                  const std::vector<std::string>& fields = {}) const;
  /// The value of one metric; -1 when it is not there.
  [[nodiscard]] double metric(const std::string& series) const;

 private:
  void start(std::vector<std::string> command);

  std::string port_file_;
  std::optional<Process> process_;
  std::uint16_t port_ = 0;
};

[[nodiscard]] std::string issue_body(const std::string& code, const std::string& member);
/// The parsed body; a discarded value when it is not JSON.
[[nodiscard]] nlohmann::json json_of(const RawResponse& answer);
[[nodiscard]] std::string error_code(const RawResponse& answer);
[[nodiscard]] std::string error_message(const RawResponse& answer);

/// A folder with a store in it that has one seeded coupon.
struct Shop {
  explicit Shop(std::int64_t quota, const std::string& code = kCode);
  TempFolder folder;
  std::string store;  ///< sqlite:FOLDER/coupon.db
};

}  // namespace coupon::test
