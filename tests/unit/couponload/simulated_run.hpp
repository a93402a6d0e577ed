#pragma once
// Histories of imaginary services that are honest but live in a bad network: answers are lost, requests are lost or
// carried out long after their sender gave up, grants stay pending and come to nothing, places are held and given back.

#include <cstdint>
#include <string>

#include "couponload/verify/observed.hpp"

namespace coupon::load::test {

/// How a service does things and how bad its network is; drawn from a seed.
struct World {
  int quota = 10;
  int members = 20;
  int prior = 0;            ///< grants made before the run, to the first members
  int attempts = 1;         ///< requests of each member
  bool retries = false;     ///< the next attempt only when the one before was not answered
  bool told_again = false;  ///< who has a grant gets the same 200 once more, instead of a refusal
  bool ids = true;
  bool ids_again = true;  ///< also when it refuses who has a grant
  bool ranks = true;
  bool counts = true;
  bool counts_pending = true;
  bool readback = true;
  bool interrupted = false;
  bool closes = false;  ///< nobody is served any more when the winners ask again
  double request_lost = 0;
  double answer_lost = 0;
  double failed = 0;  ///< 500: granted all the same, or held and given back
  double refused = 0;
  double held = 0;  ///< of the refused: a place was held meanwhile
  double pending = 0;
  double lapses = 0;         ///< of the pending: the place is given back
  double unread = 0;         ///< reading back or asking again gets no answer
  std::int64_t tick_ns = 1;  ///< granularity of the clock

  [[nodiscard]] bool calm() const {
    return request_lost + answer_lost + failed + refused + pending + unread == 0 && !interrupted && !closes;
  }
};

[[nodiscard]] World draw_world(std::uint64_t seed);

struct SimulatedRun {
  Observed observed;
  bool over_issue_shown = false;  ///< what was seen cannot be of a service that keeps to its quota
};

/// `more` places than the quota are given; `hidden`: the service's count shows the quota at most.
[[nodiscard]] SimulatedRun simulate(const World& world, std::uint64_t seed, int more = 0, bool hidden = false);

}  // namespace coupon::load::test
