#include "base/memory.hpp"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace coupon::base {

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kTrim = 32 * 1024 * 1024;
  constexpr int kMapped = 4 * 1024 * 1024;  // below it a block comes from the heap, and stays there
  // A refusal costs speed, nothing else.
  static_cast<void>(mallopt(M_TRIM_THRESHOLD, kTrim));
  static_cast<void>(mallopt(M_MMAP_THRESHOLD, kMapped));
#endif
}

}  // namespace coupon::base
