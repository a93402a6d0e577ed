#include "base/settings.hpp"

#include <stdexcept>

#include "unit/base/settings_samples.hpp"

namespace coupon::base {
namespace {

using samples::Program;

class Settings : public samples::SettingsTest {
 protected:
  // Runs with one argument, expects a usage error that contains all of `parts`.
  static void expect_refused(const std::string& argument, const std::vector<std::string>& parts) {
    Program program;
    EXPECT_EQ(program.run({argument}), 2) << argument;
    for (const auto& part : parts) {
      EXPECT_NE(program.errors.find(part), std::string::npos) << part << " is not in: " << program.errors;
    }
  }
};

TEST_F(Settings, Defaults_hold_when_nothing_is_given) {
  Program program;
  EXPECT_EQ(program.run({}), std::nullopt) << program.errors;
  EXPECT_EQ(program.store, "sqlite:coupon.db");
  EXPECT_EQ(program.mode, "safe");
  EXPECT_EQ(program.max_body, 1024);
  EXPECT_EQ(program.grace_ms, 5000);
  EXPECT_FALSE(program.verbose);
}

TEST_F(Settings, Flags_set_every_kind) {
  Program program;
  EXPECT_EQ(program.run({"--store", "sqlite:x.db", "--mode=fast", "--max-body=7", "--grace=2s", "--verbose"}),
            std::nullopt)
      << program.errors;
  EXPECT_EQ(program.store, "sqlite:x.db");
  EXPECT_EQ(program.mode, "fast");
  EXPECT_EQ(program.max_body, 7);
  EXPECT_EQ(program.grace_ms, 2000);
  EXPECT_TRUE(program.verbose);
}

TEST_F(Settings, Environment_sets_every_kind) {
  set_variable("COUPON_STORE", "sqlite:e.db");
  set_variable("COUPON_MODE", "fast");
  set_variable("COUPON_MAX_BODY", "8");
  set_variable("COUPON_GRACE", "250ms");
  set_variable("COUPON_VERBOSE", "true");
  Program program;
  EXPECT_EQ(program.run({}), std::nullopt) << program.errors;
  EXPECT_EQ(program.store, "sqlite:e.db");
  EXPECT_EQ(program.mode, "fast");
  EXPECT_EQ(program.max_body, 8);
  EXPECT_EQ(program.grace_ms, 250);
  EXPECT_TRUE(program.verbose);
}

TEST_F(Settings, Flag_wins_over_file_and_file_over_environment) {
  set_variable("COUPON_MAX_BODY", "3");
  const auto config = file("c.toml", "max-body = 2\n");
  Program all;
  EXPECT_EQ(all.run({"--config", config, "--max-body", "1"}), std::nullopt) << all.errors;
  EXPECT_EQ(all.max_body, 1);
  Program both;
  EXPECT_EQ(both.run({"--config", config}), std::nullopt) << both.errors;
  EXPECT_EQ(both.max_body, 2);
  Program environment;
  EXPECT_EQ(environment.run({}), std::nullopt) << environment.errors;
  EXPECT_EQ(environment.max_body, 3);
}

TEST_F(Settings, Last_of_repeated_flags_holds) {
  Program program;
  EXPECT_EQ(program.run({"--max-body=5", "--max-body=6"}), std::nullopt) << program.errors;
  EXPECT_EQ(program.max_body, 6);
}

TEST_F(Settings, Bad_value_names_flag_and_remedy) {
  expect_refused("--max-body=0", {"--max-body", "'0'", "must be a whole number between 1 and 4096"});
  expect_refused("--max-body=4097", {"--max-body", "between 1 and 4096"});
  expect_refused("--max-body=many", {"--max-body", "'many'"});
  expect_refused("--grace=10", {"--grace", "'10'", "must be a time such as 250ms, 10s, 5m or 1h, at most 60000ms"});
  expect_refused("--grace=2m", {"--grace", "at most 60000ms"});
  expect_refused("--mode=slow", {"--mode", "'slow'", "must be one of: fast, safe"});
  expect_refused("--max-body", {"--max-body"});
}

TEST_F(Settings, Bad_value_leaves_the_target_alone) {
  Program program;
  EXPECT_EQ(program.run({"--max-body=0"}), 2);
  EXPECT_EQ(program.max_body, 1024);
}

TEST_F(Settings, Bad_value_in_the_environment_names_flag_and_remedy) {
  set_variable("COUPON_MAX_BODY", "lots");
  expect_refused("--verbose", {"--max-body", "'lots'", "between 1 and 4096"});
}

TEST_F(Settings, Bad_switch_in_the_environment_is_refused_with_its_name) {
  set_variable("COUPON_VERBOSE", "perhaps");
  Program program;
  EXPECT_EQ(program.run({}), 2);
  EXPECT_NE(program.errors.find("verbose"), std::string::npos) << program.errors;
}

TEST_F(Settings, Unknown_flag_is_refused_with_its_name_and_the_way_to_help) {
  expect_refused("--max-bodies=5", {"program: ", "--max-bodies", "--help"});
  expect_refused("stray", {"stray"});
}

TEST_F(Settings, Help_ends_with_0_and_shows_every_setting) {
  Program program;
  testing::internal::CaptureStdout();
  EXPECT_EQ(program.run({"--help"}), 0);
  const auto help = testing::internal::GetCapturedStdout();
  for (const auto* part : {"--store", "--mode", "fast|safe", "--max-body", "1..4096", "COUPON_MAX_BODY", "--grace",
                           "--verbose", "--token-file", "COUPON_TOKEN", "--config", "--print-config"}) {
    EXPECT_NE(help.find(part), std::string::npos) << part << " is not in: " << help;
  }
}

TEST(SettingsNames, Variable_is_upper_case_with_a_prefix) {
  EXPECT_EQ(environment_name("max-body"), "COUPON_MAX_BODY");
  EXPECT_EQ(environment_name("x2"), "COUPON_X2");
}

TEST(GuardedMain, Gives_the_code_of_its_body) {
  EXPECT_EQ(guarded_main([] { return 7; }), 7);
}

TEST(GuardedMain, Turns_an_escaped_exception_into_1_and_a_message) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(guarded_main([]() -> int { throw std::runtime_error("the disk left"); }), 1);
  EXPECT_EQ(guarded_main([]() -> int { throw 5; }), 1);
  const auto errors = testing::internal::GetCapturedStderr();
  EXPECT_NE(errors.find("the disk left"), std::string::npos) << errors;
  EXPECT_NE(errors.find("unknown type"), std::string::npos) << errors;
}

}  // namespace
}  // namespace coupon::base
