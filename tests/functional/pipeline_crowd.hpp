#pragma once
// Members who ask at once, ask again where the answer is "later" or none at all, and remember what they were told.

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/http_call.hpp"

namespace coupon::test {

/// What members heard last. A member is in one of the first four.
struct Told {
  std::map<std::string, std::string> issued;   ///< 200: member -> issue id
  std::map<std::string, std::string> pending;  ///< 202
  std::set<std::string> refused;               ///< sold out
  std::set<std::string> unsure;                ///< asked, and heard nothing final
  std::map<std::string, int> later;            ///< 503s: error code -> how many
  std::map<std::string, int> others;           ///< none of all these, "STATUS CODE" -> how many

  /// Adds what other members were told.
  void add(const Told& more);
};

struct CrowdPlan {
  std::vector<std::uint16_t> ports;  ///< of the services; a thread stays with one
  std::string prefix = "m";          ///< of the members' names
  int threads = 8;
  int asks = 0;  ///< members of each thread; 0: until somebody hears that it is sold out, or stop()
};

/// Each thread asks for kCode for one member after the other; a 503 or a lost connection is asked again under the same
/// Idempotency-Key, until stop().
class PatientCrowd {
 public:
  explicit PatientCrowd(CrowdPlan plan);
  ~PatientCrowd();
  PatientCrowd(const PatientCrowd&) = delete;
  PatientCrowd& operator=(const PatientCrowd&) = delete;

  /// 200s heard so far.
  [[nodiscard]] int issued() const { return issued_; }
  /// Members who have heard something final.
  [[nodiscard]] int answered() const { return answered_; }
  void stop() { stopping_ = true; }
  /// Waits for all threads.
  const Told& join();

 private:
  void ask_all(std::uint16_t port, const std::string& prefix);
  /// True when the answer was final.
  [[nodiscard]] bool hear(const std::string& member, const RawResponse& answer);

  CrowdPlan plan_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> sold_out_ = false;
  std::atomic<int> issued_ = 0;
  std::atomic<int> answered_ = 0;
  std::mutex mutex_;
  Told told_;
  std::vector<std::thread> threads_;
};

}  // namespace coupon::test
