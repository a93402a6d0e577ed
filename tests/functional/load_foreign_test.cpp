// A service that is not ours, in another language, described by a profile of a few lines.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "functional/load_run.hpp"
#include "functional/programs.hpp"

namespace coupon::test {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

constexpr const char* kFolder = COUPON_FUNCTIONAL_FOLDER;

/// foreign_service.py on a free port.
class ForeignService {
 public:
  explicit ForeignService(std::vector<std::string> arguments) : process_(command(std::move(arguments))) {
    const bool started = eventually([this] { return process_.out().ends_with("\n") || !process_.running(); });
    EXPECT_TRUE(started && process_.running()) << process_.err();
  }
  [[nodiscard]] std::string url() const {
    auto port = process_.out();
    port.erase(port.find_last_not_of('\n') + 1);
    return "http://127.0.0.1:" + port;
  }

 private:
  static std::vector<std::string> command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"python3", std::string(kFolder) + "/foreign_service.py"});
    return arguments;
  }

  Process process_;
};

LoadRun burst(const ForeignService& service) {
  return load(correctness_only(
      {"burst", service.url(), "-f", std::string(kFolder) + "/foreign.toml", "-u", "600", "--timeout", "1m"}));
}

}  // namespace

TEST(Foreign, Service_that_checks_first_and_takes_afterwards_is_caught_by_a_short_profile) {
  const ForeignService service({"200"});
  const auto run = burst(service);
  EXPECT_EQ(run.code, 5) << run.out << run.err;
  ASSERT_FALSE(run.result.is_null()) << run.err;
  EXPECT_THAT(run.violated(), ElementsAre("quota")) << run.out;
  EXPECT_THAT(run.examples_of("quota"), HasSubstr("of 200 places: ")) << run.out;
  EXPECT_THAT(run.examples_of("quota"), HasSubstr("the server tells no count")) << run.out;
  EXPECT_GT(run.count_of("issued"), 200);
}

TEST(Foreign, Service_that_keeps_its_promises_passes_and_what_was_not_checked_is_said) {
  const ForeignService service({"200", "honest"});
  const auto run = burst(service);
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  ASSERT_FALSE(run.result.is_null()) << run.err;
  EXPECT_THAT(run.violated(), IsEmpty());
  EXPECT_EQ(run.count_of("issued"), 200);
  EXPECT_EQ(run.count_of("sold_out"), 400);
  for (const auto* checked : {"quota", "once", "ids", "replay", "order"}) {
    EXPECT_EQ(run.status_of(checked), "pass") << checked << run.out;
  }
  for (const auto* unchecked : {"fill", "ranks", "readback", "count"}) {
    EXPECT_EQ(run.status_of(unchecked), "skipped") << unchecked << run.out;
  }
  EXPECT_THAT(run.out, HasSubstr("the profile names no count of the server's"));
}

}  // namespace coupon::test
