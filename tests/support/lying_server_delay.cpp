#include "support/lying_server_delay.hpp"

namespace coupon::test {

using std::chrono::nanoseconds;

nanoseconds LatencySource::draw() {
  switch (latency_.shape) {
    case Latency::Shape::kNone: return nanoseconds{0};
    case Latency::Shape::kConstant: return latency_.mean;
    case Latency::Shape::kExponential: {
      std::exponential_distribution<double> distribution(1.0 / static_cast<double>(nanoseconds(latency_.mean).count()));
      return nanoseconds{static_cast<std::int64_t>(distribution(random_))};
    }
    case Latency::Shape::kBimodal:
      return std::bernoulli_distribution(latency_.slow_share)(random_) ? latency_.slow : latency_.mean;
  }
  return nanoseconds{0};
}

SteadyInstant after_stall(const Stall& stall, SteadyInstant start, SteadyInstant instant) {
  if (stall.lasts.count() == 0) return instant;
  const nanoseconds phase = (instant - start) % nanoseconds(stall.every);
  return phase < stall.every - stall.lasts ? instant : instant + (stall.every - phase);
}

}  // namespace coupon::test
