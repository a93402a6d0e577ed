// Preloaded into a program: its wall clock is ahead by the seconds that are in the file named by COUPON_MOVED_CLOCK, a
// 64-bit number that may change at any time. Other clocks are left alone.

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using Clock = int (*)(clockid_t, timespec*);

const volatile std::int64_t* open_seconds() {
  static const std::int64_t kNone = 0;
  const char* path = std::getenv("COUPON_MOVED_CLOCK");
  const int file = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return &kNone;
  void* const page = mmap(nullptr, sizeof kNone, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  return page == MAP_FAILED ? &kNone : static_cast<const std::int64_t*>(page);
}

}  // namespace

extern "C" int clock_gettime(clockid_t id, timespec* now) noexcept {
  static const auto kReal = reinterpret_cast<Clock>(dlsym(RTLD_NEXT, "clock_gettime"));
  static const auto* const kSeconds = open_seconds();
  const int result = kReal(id, now);
  if (result == 0 && id == CLOCK_REALTIME) now->tv_sec += *kSeconds;
  return result;
}
