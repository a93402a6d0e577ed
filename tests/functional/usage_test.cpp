// Wrong usage and start-up failures of the programs: exit codes, and messages that name the remedy.

#include <gtest/gtest.h>
#include <ostream>

#include "functional/programs.hpp"

namespace coupon::test {

class EveryProgram : public testing::TestWithParam<const char*> {};

TEST_P(EveryProgram, explains_itself_with_examples_and_exit_codes) {
  const auto help = run({program(GetParam()), "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.out.find("Examples:"), std::string::npos);
  EXPECT_NE(help.out.find("Exit codes"), std::string::npos);
  EXPECT_EQ(help.err, "");
}

TEST_P(EveryProgram, tells_its_version) {
  const auto version = run({program(GetParam()), "--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.out.substr(0, std::string(GetParam()).size() + 1), std::string(GetParam()) + " ");
}

TEST_P(EveryProgram, refuses_an_unknown_flag_with_exit_code_2) {
  const auto bad = run({program(GetParam()), "--no-such-flag"});
  EXPECT_EQ(bad.code, 2);
  EXPECT_NE(bad.err.find("--no-such-flag"), std::string::npos) << bad.err;
  EXPECT_NE(bad.err.find("--help"), std::string::npos);
  EXPECT_EQ(bad.out, "");
}

INSTANTIATE_TEST_SUITE_P(Programs, EveryProgram,
                         testing::Values("couponsrv", "couponworker", "couponctl", "couponload"),
                         [](const auto& one) { return std::string(one.param); });

struct BadSetting {
  const char* name;
  std::vector<std::string> arguments;
  const char* says;
};

void PrintTo(const BadSetting& one, std::ostream* out) { *out << one.name; }

class BadSettings : public testing::TestWithParam<BadSetting> {};

TEST_P(BadSettings, of_couponsrv_are_refused_by_name_with_exit_code_2) {
  TempFolder folder;
  auto command = GetParam().arguments;
  command.insert(command.begin(), program("couponsrv"));
  const auto bad = run(command, {.folder = folder.path(), .environment = {}});
  EXPECT_EQ(bad.code, 2);
  EXPECT_NE(bad.err.find(GetParam().says), std::string::npos) << bad.err;
}

INSTANTIATE_TEST_SUITE_P(
    Values, BadSettings,
    testing::Values(BadSetting{"port_text", {"--port", "http"}, "--port"},
                    BadSetting{"port_large", {"--port", "70000"}, "--port"},
                    BadSetting{"duration_without_unit", {"--deadline", "5"}, "--deadline"},
                    BadSetting{"duration_negative", {"--deadline", "-5s"}, "--deadline"},
                    BadSetting{"level", {"--log-level", "loud"}, "--log-level"},
                    BadSetting{"store_scheme", {"--store", "redis://localhost"}, "sqlite:"},
                    BadSetting{"store_memory", {"--store", "sqlite::memory:"}, "file"},
                    BadSetting{"token_as_flag", {"--admin-token", "x"}, "--admin-token"},
                    BadSetting{"missing_token_file", {"--admin-token-file", "/does/not/exist"}, "--admin-token-file"},
                    BadSetting{"missing_config", {"--config", "/does/not/exist.toml"}, "/does/not/exist.toml"},
                    BadSetting{"positional", {"serve"}, "serve"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(Config, file_with_a_bad_value_or_an_unknown_key_is_refused_by_name) {
  TempFolder folder;
  write_file(folder.file("bad.toml"), "port = 99999\n");
  const auto bad = run({program("couponsrv"), "--config", folder.file("bad.toml")});
  EXPECT_EQ(bad.code, 2);
  EXPECT_NE(bad.err.find("port"), std::string::npos) << bad.err;
  write_file(folder.file("unknown.toml"), "prot = 80\n");
  const auto unknown = run({program("couponsrv"), "--config", folder.file("unknown.toml")});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("prot"), std::string::npos) << unknown.err;
}

TEST(Config, environment_with_a_bad_value_is_refused_by_name) {
  const auto bad = run({program("couponsrv")}, {.folder = {}, .environment = {{"COUPON_PORT", "many"}}});
  EXPECT_EQ(bad.code, 2);
  EXPECT_NE(bad.err.find("port"), std::string::npos) << bad.err;
}

TEST(Config, printed_settings_are_a_file_that_is_accepted) {
  TempFolder folder;
  const auto printed = run({program("couponsrv"), "--port", "1234", "--print-config"});
  ASSERT_EQ(printed.code, 0) << printed.err;
  write_file(folder.file("all.toml"), printed.out);
  const auto again = run({program("couponsrv"), "--config", folder.file("all.toml"), "--print-config"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, printed.out);
}

TEST(Start, on_a_port_in_use_fails_with_a_remedy) {
  TempFolder folder;
  Service first(folder.path());
  const auto second = run({program("couponsrv"), "--store", "sqlite:" + folder.file("other.db"), "--port",
                           std::to_string(first.port()), "--log-format", "human"});
  EXPECT_EQ(second.code, 1);
  EXPECT_NE(second.err.find("in use"), std::string::npos) << second.err;
  EXPECT_NE(second.err.find("--port"), std::string::npos) << second.err;
}

TEST(Start, of_couponctl_on_a_missing_store_says_what_to_do) {
  TempFolder folder;
  const auto shown = ctl("sqlite:" + folder.file("none.db"), {"status"});
  EXPECT_EQ(shown.code, 1);
  EXPECT_NE(shown.err.find("there is no store"), std::string::npos) << shown.err;
}

}  // namespace coupon::test
