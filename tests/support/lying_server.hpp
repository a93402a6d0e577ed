#pragma once
// A small coupon server inside the test that can be told to lie, to be slow and to break connections: what a load tool
// must find out from outside. It serves ten thousand connections at once.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace coupon::test {

/// Which of the things counted from 1 on something befalls; none by default.
struct Which {
  std::int64_t nth = 0;    ///< this one
  std::int64_t every = 0;  ///< every one of this many: 1 in N
  [[nodiscard]] bool hits(std::int64_t number) const { return number == nth || (every > 0 && number % every == 0); }
};
[[nodiscard]] constexpr Which only(std::int64_t number) { return {.nth = number, .every = 0}; }
[[nodiscard]] constexpr Which one_in(std::int64_t count) { return {.nth = 0, .every = count}; }

/// How long an issue request is held before it is answered. The same seed draws the same values.
struct Latency {
  enum class Shape { kNone, kConstant, kExponential, kBimodal };
  Shape shape = Shape::kNone;
  std::chrono::microseconds mean{0};  ///< of kBimodal: of the fast ones
  std::chrono::microseconds slow{0};  ///< kBimodal only: constant, as the fast ones are
  double slow_share = 0;              ///< kBimodal only
  std::uint64_t seed = 1;
};

/// Of every `every`, the last `lasts`: answers that would leave then leave at its end.
struct Stall {
  std::chrono::milliseconds every{0};
  std::chrono::milliseconds lasts{0};
};

/// What it does wrong; by default nothing. Plain numbers count the first ones: grants in order of rank, requests in
/// order of arrival.
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

  // Grants, counted in the order in which they are made.
  Which twice = {};               ///< whoever holds one is issued another when it asks again
  Which id_reused = {};           ///< have the id of the one before
  std::int64_t id_of_number = 0;  ///< above 0: the id is made of the member's number modulo this, not of the rank
  Which forgotten = {};           ///< acknowledged, and then neither counted nor found
  Which rank_skipped = {};        ///< a rank is left out before them
  // Issue requests, counted in the order in which they arrive.
  Which sold_out_early = {};  ///< told sold out although there are places, which others get later
  Which reset_granted = {};   ///< carried out, then the connection is reset
  Which reset_ignored = {};   ///< the connection is reset and nothing else happens
  Which failed_granted = {};  ///< carried out, then answered 500
  Which failed_ignored = {};  ///< answered 500 and nothing else happens
  Which silent_granted = {};  ///< carried out and never answered

  Latency latency = {};
  Stall stall = {};
  std::chrono::microseconds accept_pause{0};  ///< between two connections that it accepts
};

/// What it did with one issue request. Nanoseconds.
struct Held {
  std::int64_t drawn_ns = 0;  ///< from the distribution
  std::int64_t held_ns = -1;  ///< from having read the request to handing out the answer; -1 until then
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
  /// Prime requests that came so far: connections that are open and wait.
  [[nodiscard]] std::int64_t primes() const;
  /// The last issue request, head and body.
  [[nodiscard]] std::string last_issue_request() const;
  /// Every issue request so far, in order of arrival.
  [[nodiscard]] std::vector<Held> held() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A port of 127.0.0.1 on which nobody listens.
[[nodiscard]] std::uint16_t unused_port();

/// Raises this process's limit of open files when that is allowed; false when `needed` cannot be had.
[[nodiscard]] bool allow_descriptors(std::size_t needed);

}  // namespace coupon::test
