#include "faults/chaos.hpp"

#include <cstdio>
#include <cstdlib>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <thread>

namespace coupon::test {

namespace {

constexpr std::uint64_t kSeed = 1;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

void last(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

Schedule schedule_of_environment(double seconds) {
  const auto seed = setting("COUPON_CHAOS_SEED", kSeed);
  return {seed, static_cast<double>(setting("COUPON_CHAOS_SECONDS", static_cast<std::uint64_t>(seconds))), false};
}

bool failed_so_far() { return testing::Test::HasFailure(); }

void tell_step(double at_s, int step, const char* name, const std::string& said) {
  fmt::print("{:7.1f} s  step {:4}  {}{}{}\n", at_s, step, name, said.empty() ? "" : ": ", said);
  std::fflush(stdout);
}

}  // namespace coupon::test
