// Preloaded into a program: notes, for everything that it receives, when the kernel had it (SO_TIMESTAMPNS) and when
// the program took it. What lies between is what the program's own timestamps are late by.
//
// In: RECEIVE_TIMES=FILE. Out, when the program ends: a line a receive, "descriptor kernel_ns taken_ns", in order.

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <dlfcn.h>
#include <mutex>
#include <sys/socket.h>
#include <sys/uio.h>
#include <vector>

namespace {

constexpr std::size_t kReceivesMax = std::size_t{1} << 21;
constexpr std::int64_t kNsPerS = 1'000'000'000;

struct Receive {
  int descriptor;
  std::int64_t kernel_ns;
  std::int64_t taken_ns;
};

std::int64_t to_ns(const timespec& time) { return std::int64_t{time.tv_sec} * kNsPerS + time.tv_nsec; }

std::int64_t wall_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return to_ns(now);
}

struct Log {
  Log() { receives.reserve(kReceivesMax); }
  ~Log() {
    const char* path = std::getenv("RECEIVE_TIMES");
    std::FILE* file = path == nullptr ? nullptr : std::fopen(path, "w");
    if (file == nullptr) return;
    for (const auto& one : receives) {
      std::fprintf(file, "%d %lld %lld\n", one.descriptor, static_cast<long long>(one.kernel_ns),
                   static_cast<long long>(one.taken_ns));
    }
    std::fclose(file);
  }
  std::mutex mutex;
  std::vector<Receive> receives;
};

Log& receive_log() {
  static Log log;
  return log;
}

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void log_stamp(int descriptor, msghdr& message, std::int64_t taken) {
  for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    auto& log = receive_log();
    const std::lock_guard lock(log.mutex);
    const auto& time = *reinterpret_cast<const timespec*>(CMSG_DATA(part));
    if (log.receives.size() < kReceivesMax) log.receives.push_back({descriptor, to_ns(time), taken});
  }
}

// A program that asks for the stamps itself gets them.
ssize_t receive(int descriptor, msghdr& message, int flags) {
  static auto* const real_recvmsg = real<ssize_t(int, msghdr*, int)>("recvmsg");
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(timespec))];
  const bool bare = message.msg_control == nullptr;
  if (bare) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
  const auto size = real_recvmsg(descriptor, &message, flags);
  if (size <= 0) return size;
  const auto taken = wall_ns();
  const int error = errno;
  log_stamp(descriptor, message, taken);
  if (bare) {
    message.msg_control = nullptr;
    message.msg_controllen = 0;
  }
  errno = error;
  return size;
}

}  // namespace

extern "C" {

int connect(int descriptor, const sockaddr* address, socklen_t length) {
  static auto* const real_connect = real<int(int, const sockaddr*, socklen_t)>("connect");
  const int on = 1;
  if (setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0) std::perror("SO_TIMESTAMPNS");
  return real_connect(descriptor, address, length);
}

ssize_t recvmsg(int descriptor, msghdr* message, int flags) { return receive(descriptor, *message, flags); }

ssize_t recv(int descriptor, void* bytes, std::size_t size, int flags) {
  iovec place{bytes, size};
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  return receive(descriptor, message, flags);
}
}
