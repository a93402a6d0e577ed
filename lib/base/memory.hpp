#pragma once
// How the allocator treats what is freed.

namespace coupon::base {

/// For programs that free and ask for the same amounts all the time: up to 32 MB that are free stay with the process
/// instead of going back to the kernel after each burst (glibc gives back what is above 128 kB, page by page, and the
/// next burst faults it in again). Call it first in main; does nothing with another C library.
void keep_freed_memory();

}  // namespace coupon::base
