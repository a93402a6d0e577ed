#include "base/log.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <thread>
#include <vector>

#include "base/text.hpp"

namespace coupon::base {
namespace {

using log::Config;
using log::Format;
using log::Level;

class Log : public testing::Test {
 protected:
  void TearDown() override { log::configure({"unit_base", Level::kInfo, Format::kAuto}); }

  // The lines that `body` writes to stderr when configured so.
  static std::vector<std::string> lines(const Config& config, const std::function<void()>& body) {
    testing::internal::CaptureStderr();
    log::configure(config);
    body();
    std::istringstream text(testing::internal::GetCapturedStderr());
    std::vector<std::string> out;
    for (std::string line; std::getline(text, line);) out.push_back(line);
    return out;
  }
};

TEST_F(Log, Json_line_has_time_level_program_and_message) {
  const auto out = lines({"couponsrv", Level::kInfo, Format::kJson}, [] { log::warn("queue at {} %", 90); });
  ASSERT_EQ(out.size(), 1U);
  const auto line = nlohmann::json::parse(out[0]);
  EXPECT_EQ(line.size(), 4U);
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["program"], "couponsrv");
  EXPECT_EQ(line["message"], "queue at 90 %");
  EXPECT_TRUE(parse_instant_ms(line["time"].get<std::string>(), "time"));
}

TEST_F(Log, Json_line_stays_one_valid_line_for_any_message) {
  const std::vector<std::string> messages = {"\"quoted\" \\ {} {0} %v", "two\nlines\ttab", "bad \xff utf-8",
                                             std::string("nul \0 inside", 12)};
  const auto out = lines({"p", Level::kDebug, Format::kJson}, [&] {
    for (const auto& message : messages) log::write(Level::kInfo, message);
  });
  ASSERT_EQ(out.size(), messages.size());
  EXPECT_EQ(nlohmann::json::parse(out[0])["message"], messages[0]);
  EXPECT_EQ(nlohmann::json::parse(out[1])["message"], messages[1]);
  EXPECT_EQ(nlohmann::json::parse(out[2])["message"], "bad \xef\xbf\xbd utf-8");
  EXPECT_EQ(nlohmann::json::parse(out[3])["message"], messages[3]);
}

TEST_F(Log, Human_line_has_time_level_and_message) {
  const auto out = lines({"p", Level::kInfo, Format::kHuman}, [] { log::info("ready on port {}", 8080); });
  ASSERT_EQ(out.size(), 1U);
  EXPECT_TRUE(std::regex_match(out[0], std::regex(R"(\d\d:\d\d:\d\d\.\d{3} info +ready on port 8080)"))) << out[0];
}

TEST_F(Log, Human_line_does_not_format_the_message_again) {
  const auto out = lines({"p", Level::kInfo, Format::kHuman}, [] { log::info("{}", "braces {} {0} and %v"); });
  ASSERT_EQ(out.size(), 1U);
  EXPECT_TRUE(out[0].ends_with("braces {} {0} and %v")) << out[0];
}

TEST_F(Log, Auto_form_is_json_when_stderr_is_no_terminal) {
  const auto out = lines({"p", Level::kInfo, Format::kAuto}, [] { log::info("x"); });
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(nlohmann::json::parse(out[0])["message"], "x");
}

TEST_F(Log, Level_hides_what_is_below_it) {
  const auto out = lines({"p", Level::kWarn, Format::kJson}, [] {
    log::debug("1");
    log::info("2");
    log::warn("3");
    log::error("4");
  });
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(nlohmann::json::parse(out[0])["message"], "3");
  EXPECT_EQ(nlohmann::json::parse(out[1])["message"], "4");
  EXPECT_EQ(nlohmann::json::parse(out[1])["level"], "error");
}

TEST_F(Log, Enabled_tells_what_the_level_lets_through) {
  log::configure({"p", Level::kWarn, Format::kJson});
  EXPECT_FALSE(log::enabled(Level::kDebug));
  EXPECT_FALSE(log::enabled(Level::kInfo));
  EXPECT_TRUE(log::enabled(Level::kWarn));
  EXPECT_TRUE(log::enabled(Level::kError));
}

TEST_F(Log, Lines_of_several_threads_do_not_mix) {
  constexpr int kThreads = 4;
  constexpr int kLines = 500;
  const auto out = lines({"p", Level::kInfo, Format::kJson}, [] {
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < kLines; ++i) log::info("thread {} line {}", t, i);
      });
    }
    for (auto& thread : threads) thread.join();
  });
  EXPECT_EQ(out.size(), std::size_t{kThreads} * kLines);
  for (const auto& line : out) ASSERT_TRUE(nlohmann::json::accept(line)) << line;
}

TEST(LogNames, Levels_and_formats_are_read_by_name_and_nothing_else) {
  EXPECT_EQ(log::parse_level("debug").value(), Level::kDebug);
  EXPECT_EQ(log::parse_level("info").value(), Level::kInfo);
  EXPECT_EQ(log::parse_level("warn").value(), Level::kWarn);
  EXPECT_EQ(log::parse_level("error").value(), Level::kError);
  EXPECT_EQ(log::parse_level("loud").error().message, "log-level must be debug, info, warn or error");
  EXPECT_EQ(log::parse_format("auto").value(), Format::kAuto);
  EXPECT_EQ(log::parse_format("human").value(), Format::kHuman);
  EXPECT_EQ(log::parse_format("json").value(), Format::kJson);
  EXPECT_EQ(log::parse_format("xml").error().message, "log-format must be auto, human or json");
}

}  // namespace
}  // namespace coupon::base
