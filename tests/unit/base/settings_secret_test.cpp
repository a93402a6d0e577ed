#include "unit/base/settings_samples.hpp"

namespace coupon::base {
namespace {

using samples::Program;

class SettingsSecret : public samples::SettingsTest {};

TEST_F(SettingsSecret, Comes_from_the_environment) {
  set_variable("COUPON_TOKEN", "s3cret");
  Program program;
  EXPECT_EQ(program.run({}), std::nullopt) << program.errors;
  EXPECT_EQ(program.token, "s3cret");
  EXPECT_EQ(program.password, "");
}

TEST_F(SettingsSecret, Several_come_from_the_environment_at_once) {
  set_variable("COUPON_TOKEN", "one");
  set_variable("COUPON_PASSWORD", "two");
  Program program;
  EXPECT_EQ(program.run({}), std::nullopt) << program.errors;
  EXPECT_EQ(program.token, "one");
  EXPECT_EQ(program.password, "two");
}

TEST_F(SettingsSecret, Comes_from_the_first_line_of_a_file) {
  const auto path = file("token", "from file\nnot this\n");
  Program program;
  EXPECT_EQ(program.run({"--token-file", path}), std::nullopt) << program.errors;
  EXPECT_EQ(program.token, "from file");
}

TEST_F(SettingsSecret, Comes_from_a_file_named_by_environment_or_config) {
  const auto path = file("token", "from file");
  Program configured;
  EXPECT_EQ(configured.run({"--config", file("c.toml", "token-file = \"" + path + "\"\n")}), std::nullopt)
      << configured.errors;
  EXPECT_EQ(configured.token, "from file");
  set_variable("COUPON_TOKEN_FILE", path);
  Program program;
  EXPECT_EQ(program.run({}), std::nullopt) << program.errors;
  EXPECT_EQ(program.token, "from file");
}

TEST_F(SettingsSecret, File_wins_over_the_environment) {
  set_variable("COUPON_TOKEN", "environment");
  Program program;
  EXPECT_EQ(program.run({"--token-file", file("token", "file")}), std::nullopt) << program.errors;
  EXPECT_EQ(program.token, "file");
}

TEST_F(SettingsSecret, Missing_or_empty_file_is_refused_with_flag_and_path) {
  for (const auto& path : {std::string("/nonexistent/token"), file("empty", ""), file("blank", "\nlate\n")}) {
    Program program;
    EXPECT_EQ(program.run({"--token-file", path}), 2) << path;
    EXPECT_NE(program.errors.find("--token-file"), std::string::npos) << program.errors;
    EXPECT_NE(program.errors.find(path), std::string::npos) << program.errors;
  }
}

TEST_F(SettingsSecret, Is_never_a_flag) {
  Program program;
  EXPECT_EQ(program.run({"--token", "s3cret"}), 2);
  EXPECT_EQ(program.token, "");
}

TEST_F(SettingsSecret, Is_never_printed) {
  set_variable("COUPON_TOKEN", "s3cret");
  set_variable("COUPON_PASSWORD", "pa55");
  Program program;
  testing::internal::CaptureStdout();
  EXPECT_EQ(program.run({"--help"}), 0);
  auto shown = testing::internal::GetCapturedStdout() + program.errors;
  Program effective;
  EXPECT_EQ(effective.run({"--print-config"}), std::nullopt) << effective.errors;
  ASSERT_EQ(effective.token, "s3cret");
  shown += effective.settings().effective();
  EXPECT_NE(shown.find("********"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("s3cret"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("pa55"), std::string::npos) << shown;
}

}  // namespace
}  // namespace coupon::base
