#include "base/signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <system_error>
#include <utility>

namespace coupon::base {

namespace {

constexpr int kWake = SIGUSR2;  // ends the watching thread

sigset_t stop_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, kWake);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const auto set = stop_set();
  if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0) {
    throw std::system_error(error, std::generic_category(), "cannot block signals");
  }
  if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
    throw std::system_error(errno, std::generic_category(), "cannot ignore SIGPIPE");
  }
}

StopSignals::~StopSignals() {
  if (!thread_.joinable()) return;
  ending_.store(true);
  ::pthread_kill(thread_.native_handle(), kWake);
  thread_.join();
}

void StopSignals::on_stop(std::function<void(int)> handler) {
  thread_ = std::thread([this, handler = std::move(handler)] { watch(handler); });
}

void StopSignals::watch(const std::function<void(int)>& handler) {
  const auto set = stop_set();
  for (;;) {
    int signal = 0;
    if (::sigwait(&set, &signal) != 0) return;
    if (signal == kWake) {
      if (ending_.load()) return;
      continue;
    }
    if (received_.exchange(signal) != 0) ::_exit(130);
    handler(signal);
  }
}

}  // namespace coupon::base
