#pragma once
// A small coupon server inside the test that can be told to lie: what a load tool must find out from outside.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace coupon::test {

/// What it does wrong; by default nothing. Numbers count the first ones: grants in order of rank, requests in order of
/// arrival.
struct Lies {
  int over_issue = 0;            ///< grants beyond the quota
  bool hide_over_issue = false;  ///< stock shows the quota at most
  bool grant_twice = false;      ///< whoever asks again is issued another grant, while there are places
  bool other_id_on_replay = false;
  bool sold_out_on_replay = false;
  int rows_lost = 0;    ///< grants that are never recorded
  int grants_lost = 0;  ///< grants that cannot be read back: 404
  int other_id_on_readback = 0;
  int rows_late = 0;             ///< reads until a grant shows as recorded
  int rank_repeated = 0;         ///< second grants that repeat the first one's rank
  int id_repeated = 0;           ///< second grants that repeat the first one's id
  int pending = 0;               ///< grants answered with 202
  bool pending_forever = false;  ///< these are never recorded
  int places_kept = 0;           ///< places it says are taken
  int count_more = 0;            ///< added to the count of issued
  bool no_coupon = false;        ///< 404 COUPON-001
  bool closed = false;           ///< everybody gets 409 COUPON-004
  int busy = 0;                  ///< requests of each kind answered 503 with Retry-After
  bool close_after_prime = false;
  bool says_close = false;  ///< and announces it

  /// How the first `broken` issue requests are answered; the grant is made all the same.
  enum class Broken { kClose, kSilence, kGarbage, kHuge, kHalf, kReset };
  Broken how = Broken::kClose;
  int broken = 0;
};

/// Listens on a free port of 127.0.0.1 from construction to destruction, on a thread of its own.
class LyingServer {
 public:
  explicit LyingServer(std::int64_t quota, Lies lies = {});
  ~LyingServer();
  LyingServer(const LyingServer&) = delete;
  LyingServer& operator=(const LyingServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url() const;
  /// Issues to `member` before anybody asks.
  void issue_before(const std::string& member);
  /// Blocks until that many issue requests came; false after the deadline.
  [[nodiscard]] bool wait_for_asks(std::int64_t count, std::chrono::seconds deadline = std::chrono::seconds(30));
  /// Issue requests that came so far.
  [[nodiscard]] std::int64_t asks() const;
  /// The last issue request, head and body.
  [[nodiscard]] std::string last_issue_request() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A port of 127.0.0.1 on which nobody listens.
[[nodiscard]] std::uint16_t unused_port();

}  // namespace coupon::test
