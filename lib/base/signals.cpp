#include "base/signals.hpp"

#include <cerrno>
#include <csignal>
#include <initializer_list>
#include <pthread.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace coupon::base {

namespace {

constexpr int kWake = SIGUSR2;  // ends the watching thread
constexpr int kStoppedHard = 130;

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

extern "C" void stop_hard(int) { ::_exit(kStoppedHard); }

// To be called on the watching thread: it is busy with the handler from now on, so that the next signal interrupts it.
void arm_hard_stop() {
  std::signal(SIGINT, stop_hard);
  std::signal(SIGTERM, stop_hard);
  const auto set = set_of({SIGINT, SIGTERM});
  if (::pthread_sigmask(SIG_UNBLOCK, &set, nullptr) != 0) ::_exit(kStoppedHard);
}

}  // namespace

void StopFlag::raise() {
  const std::scoped_lock lock(mutex_);
  raised_ = true;
  wake_.notify_all();
}

void StopFlag::wait() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return raised_; });
}

bool StopFlag::raised() const {
  const std::scoped_lock lock(mutex_);
  return raised_;
}

StopSignals::StopSignals() {
  const auto set = set_of({SIGINT, SIGTERM, kWake});
  if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0) {
    throw std::system_error(error, std::generic_category(), "cannot block signals");
  }
  // What they would end the program for is also an error of the call, which its caller handles.
  for (const int signal : {SIGPIPE, SIGXFSZ}) {
    if (std::signal(signal, SIG_IGN) == SIG_ERR) {
      throw std::system_error(errno, std::generic_category(), "cannot ignore SIGPIPE and SIGXFSZ");
    }
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
  auto set = set_of({SIGINT, SIGTERM, kWake});
  for (;;) {
    int signal = 0;
    if (::sigwait(&set, &signal) != 0) return;
    if (signal == kWake) {
      if (ending_.load()) return;
      continue;
    }
    received_.store(signal);
    set = set_of({kWake});
    arm_hard_stop();
    handler(signal);
  }
}

}  // namespace coupon::base
