#include "couponload/cli/progress.hpp"

#include <chrono>
#include <cstdio>
#include <fmt/core.h>
#include <unistd.h>

#include "base/log.hpp"

namespace coupon::load {

namespace {

constexpr std::chrono::milliseconds kTerminalPeriod{200};
constexpr std::chrono::milliseconds kLogPeriod{5'000};
constexpr const char* kEraseLine = "\r\x1b[K";

}  // namespace

ProgressLine::ProgressLine(bool quiet, std::function<std::string()> line)
    : terminal_(::isatty(STDERR_FILENO) == 1), line_(std::move(line)) {
  if (!quiet) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

ProgressLine::~ProgressLine() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  if (terminal_) fmt::print(stderr, "{}", kEraseLine);
}

void ProgressLine::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (terminal_) show(line_());
    wake_.wait_for(lock, stop, terminal_ ? kTerminalPeriod : kLogPeriod, [] { return false; });
    if (!terminal_ && !stop.stop_requested()) show(line_());
  }
}

void ProgressLine::show(const std::string& text) {
  if (text.empty()) return;
  if (terminal_) {
    fmt::print(stderr, "{}{}", kEraseLine, text);
    std::fflush(stderr);
  } else {
    base::log::info("{}", text);
  }
}

}  // namespace coupon::load
