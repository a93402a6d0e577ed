// HdrHistogram's log.

#include "couponload/report/hlog.hpp"

#include <cmath>

#include "fuzz/check.hpp"

namespace coupon::fuzz_hlog {

FUZZ_TARGET(hlog) {
  const auto log = coupon::load::read_hlog(fuzz::text_of(data, size));
  if (!fuzz::accepted(log)) return 0;
  for (const auto& entry : log->entries) {
    FUZZ_CHECK(std::isfinite(entry.start_s) && std::isfinite(entry.length_s));
    FUZZ_CHECK(entry.values.count() >= 0 && entry.tag.size() <= size);
  }
  FUZZ_CHECK(!log->start_time_s || std::isfinite(*log->start_time_s));
  return 0;
}

}  // namespace coupon::fuzz_hlog
