#include "couponload/burst/schedstat.hpp"

#include <fstream>

namespace coupon::load {

std::optional<std::int64_t> run_delay_ns() {
  std::ifstream file("/proc/thread-self/schedstat");
  std::int64_t on_cpu_ns = 0;
  std::int64_t waiting_ns = 0;
  if (!(file >> on_cpu_ns >> waiting_ns)) return std::nullopt;
  return waiting_ns;
}

}  // namespace coupon::load
