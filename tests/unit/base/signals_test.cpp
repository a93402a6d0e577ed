// Signals are sent in a process of its own: each test body below runs in a child, whose exit code tells the outcome.
#include "base/signals.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <future>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace coupon::base {
namespace {

constexpr int kSecondSignal = 130;

[[noreturn]] void wait_for_the_end() {
  constexpr unsigned kDeadlineSeconds = 30;  // then SIGALRM ends the child, which is not the exit that a test wants
  ::alarm(kDeadlineSeconds);
  for (;;) ::pause();
}

class Signals : public testing::Test {
 protected:
  // A death test in a fresh process, since this one may have threads by now.
  void SetUp() override { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

// Exits with the signal that the handler was given, 1 when received() says otherwise.
[[noreturn]] void send_and_report(int sent) {
  StopSignals signals;
  std::promise<int> handled;
  signals.on_stop([&](int signal) { handled.set_value(signal); });
  if (signals.received() != 0) ::_exit(1);
  ::kill(::getpid(), sent);
  const int signal = handled.get_future().get();
  ::_exit(signals.received() == signal ? signal : 1);
}

TEST_F(Signals, First_one_calls_the_handler_with_its_number) {
  EXPECT_EXIT(send_and_report(SIGTERM), testing::ExitedWithCode(SIGTERM), "");
  EXPECT_EXIT(send_and_report(SIGINT), testing::ExitedWithCode(SIGINT), "");
}

[[noreturn]] void send_before_the_handler_is_there() {
  StopSignals signals;
  ::kill(::getpid(), SIGTERM);
  std::promise<int> handled;
  signals.on_stop([&](int signal) { handled.set_value(signal); });
  ::_exit(handled.get_future().get());
}

TEST_F(Signals, One_that_came_before_the_handler_is_not_lost) {
  EXPECT_EXIT(send_before_the_handler_is_there(), testing::ExitedWithCode(SIGTERM), "");
}

[[noreturn]] void send_twice(int first, int second) {
  StopSignals signals;
  std::promise<void> handled;
  signals.on_stop([&](int) { handled.set_value(); });
  ::kill(::getpid(), first);
  handled.get_future().wait();
  ::kill(::getpid(), second);
  wait_for_the_end();
}

TEST_F(Signals, Second_one_ends_the_process_with_130) {
  EXPECT_EXIT(send_twice(SIGTERM, SIGTERM), testing::ExitedWithCode(kSecondSignal), "");
  EXPECT_EXIT(send_twice(SIGINT, SIGTERM), testing::ExitedWithCode(kSecondSignal), "");
}

[[noreturn]] void send_again_while_the_handler_hangs() {
  StopSignals signals;
  std::promise<void> entered;
  signals.on_stop([&](int) {
    entered.set_value();
    wait_for_the_end();
  });
  ::kill(::getpid(), SIGTERM);
  entered.get_future().wait();
  ::kill(::getpid(), SIGINT);
  wait_for_the_end();
}

TEST_F(Signals, Second_one_ends_the_process_also_while_the_handler_hangs) {
  EXPECT_EXIT(send_again_while_the_handler_hangs(), testing::ExitedWithCode(kSecondSignal), "");
}

[[noreturn]] void write_to_a_closed_pipe() {
  const StopSignals signals;
  int ends[2];
  if (::pipe(ends) != 0 || ::close(ends[0]) != 0) ::_exit(1);
  const bool refused = ::write(ends[1], "x", 1) == -1 && errno == EPIPE;
  ::_exit(refused ? 0 : 2);
}

TEST_F(Signals, Broken_pipe_is_an_error_of_write_not_a_death) {
  EXPECT_EXIT(write_to_a_closed_pipe(), testing::ExitedWithCode(0), "");
}

[[noreturn]] void write_beyond_the_limit_of_files() {
  const StopSignals signals;
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(1);
  limit.rlim_cur = 1;
  std::FILE* const file = std::tmpfile();
  if (file == nullptr || ::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(1);
  const bool refused = ::pwrite(::fileno(file), "x", 1, 1) == -1 && errno == EFBIG;
  ::_exit(refused ? 0 : 2);
}

TEST_F(Signals, File_at_the_limit_of_its_size_is_an_error_of_write_not_a_death) {
  EXPECT_EXIT(write_beyond_the_limit_of_files(), testing::ExitedWithCode(0), "");
}

[[noreturn]] void end_without_a_signal() {
  {
    StopSignals unused;
    StopSignals watching;
    watching.on_stop([](int) { ::_exit(1); });
  }
  ::_exit(0);
}

TEST_F(Signals, Watching_ends_with_the_object_without_a_signal) {
  EXPECT_EXIT(end_without_a_signal(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace coupon::base
