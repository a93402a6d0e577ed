#pragma once
// A small program with one setting of each kind, and what surrounds it: files and environment variables.

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/settings.hpp"

namespace coupon::base::samples {

class Program {
 public:
  Program() : settings_(app_) {
    settings_.text({"store", "where it is"}, store);
    settings_.text({"port-file", "empty unless given"}, port_file);
    settings_.choice({"mode", "how it works"}, mode, {"fast", "safe"});
    settings_.integer({"max-body", "bytes of a body"}, max_body, 1, 4096);
    settings_.duration({"grace", "time to stop"}, grace_ms, 60'000);
    settings_.flag({"verbose", "says more"}, verbose);
    settings_.secret({"token", "the bearer token"}, token);
    settings_.secret({"password", "the password of the database"}, password);
    settings_.config_file();
  }

  /// Parses and keeps what went to stderr.
  std::optional<int> run(const std::vector<std::string>& arguments) {
    std::vector<const char*> argv = {"program"};
    for (const auto& argument : arguments) argv.push_back(argument.c_str());
    testing::internal::CaptureStderr();
    auto code = parse_command_line(app_, static_cast<int>(argv.size()), argv.data());
    errors = testing::internal::GetCapturedStderr();
    return code;
  }

  [[nodiscard]] const Settings& settings() const { return settings_; }

  std::string store = "sqlite:coupon.db";
  std::string port_file;
  std::string mode = "safe";
  std::int64_t max_body = 1024;
  std::int64_t grace_ms = 5000;
  bool verbose = false;
  std::string token;
  std::string password;
  std::string errors;

 private:
  CLI::App app_{"a program", "program"};
  Settings settings_;
};

/// Gives every test a folder of its own and takes back the variables that it set.
class SettingsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "settings-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    for (const auto& name : variables_) ::unsetenv(name.c_str());
    std::filesystem::remove_all(folder_);
  }

  void set_variable(const std::string& name, const std::string& value) {
    ASSERT_EQ(::setenv(name.c_str(), value.c_str(), 1), 0);
    variables_.push_back(name);
  }

  /// Writes a file and answers its path.
  [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
    const auto path = folder_ / name;
    std::ofstream(path) << text;
    return path.string();
  }

 private:
  std::filesystem::path folder_;
  std::vector<std::string> variables_;
};

}  // namespace coupon::base::samples
