#pragma once
// Many members who ask at once and remember what they were told.

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace coupon::test {

/// Each thread asks for members of its own over one connection, until it is told to stop, its connection ends, or it
/// hears that the coupon is sold out.
class Crowd {
 public:
  Crowd(std::vector<std::uint16_t> ports, std::string code, std::string prefix, int threads);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  /// 200s heard so far.
  [[nodiscard]] std::int64_t issued() const { return issued_.load(); }
  void stop() { stopping_ = true; }
  /// Waits for all threads.
  void join();

  /// After join: member -> issue id of every 200.
  [[nodiscard]] const std::map<std::string, std::string>& grants() const { return grants_; }
  /// After join: members who asked and got no answer.
  [[nodiscard]] const std::vector<std::string>& unanswered() const { return unanswered_; }
  /// After join: answers that were neither issued nor sold out, "STATUS CODE" -> count.
  [[nodiscard]] const std::map<std::string, int>& others() const { return others_; }

 private:
  void ask_all(std::uint16_t port, const std::string& prefix);

  std::string code_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::int64_t> issued_ = 0;
  std::mutex mutex_;
  std::map<std::string, std::string> grants_;
  std::vector<std::string> unanswered_;
  std::map<std::string, int> others_;
  std::vector<std::thread> threads_;
};

}  // namespace coupon::test
