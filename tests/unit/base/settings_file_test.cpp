#include "unit/base/settings_samples.hpp"

namespace coupon::base {
namespace {

using samples::Program;

class SettingsFile : public samples::SettingsTest {
 protected:
  // Prints the settings of a program run with `arguments` and reads them into another one.
  void expect_round_trip(const std::vector<std::string>& arguments) {
    Program before;
    ASSERT_EQ(before.run(arguments), std::nullopt) << before.errors;
    const auto text = before.settings().effective();
    Program after;
    ASSERT_EQ(after.run({"--config", file("printed.toml", text)}), std::nullopt) << after.errors << text;
    EXPECT_EQ(after.store, before.store) << text;
    EXPECT_EQ(after.port_file, before.port_file) << text;
    EXPECT_EQ(after.mode, before.mode) << text;
    EXPECT_EQ(after.max_body, before.max_body) << text;
    EXPECT_EQ(after.grace_ms, before.grace_ms) << text;
    EXPECT_EQ(after.verbose, before.verbose) << text;
    EXPECT_EQ(after.settings().effective(), text);
  }
};

TEST_F(SettingsFile, Sets_every_kind) {
  const auto path = file("c.toml",
                         "# a comment\n\n"
                         "store = \"sqlite:f.db\"\n"
                         "mode = \"fast\"  # behind a value\n"
                         "max-body = 9\n"
                         "grace = \"1s\"\n"
                         "verbose = true\n");
  Program program;
  EXPECT_EQ(program.run({"--config", path}), std::nullopt) << program.errors;
  EXPECT_EQ(program.store, "sqlite:f.db");
  EXPECT_EQ(program.mode, "fast");
  EXPECT_EQ(program.max_body, 9);
  EXPECT_EQ(program.grace_ms, 1000);
  EXPECT_TRUE(program.verbose);
}

TEST_F(SettingsFile, Can_be_named_by_the_environment) {
  set_variable("COUPON_CONFIG", file("c.toml", "max-body = 9\n"));
  Program program;
  EXPECT_EQ(program.run({}), std::nullopt) << program.errors;
  EXPECT_EQ(program.max_body, 9);
}

TEST_F(SettingsFile, Missing_one_named_by_the_environment_is_refused) {
  set_variable("COUPON_CONFIG", "/nonexistent/c.toml");
  Program program;
  EXPECT_EQ(program.run({}), 2);
  EXPECT_NE(program.errors.find("/nonexistent/c.toml"), std::string::npos) << program.errors;
}

TEST_F(SettingsFile, Flag_wins_over_the_file_that_the_environment_names) {
  set_variable("COUPON_CONFIG", "/nonexistent/c.toml");
  Program program;
  EXPECT_EQ(program.run({"--config", file("c.toml", "max-body = 9\n")}), std::nullopt) << program.errors;
  EXPECT_EQ(program.max_body, 9);
}

TEST_F(SettingsFile, Quotes_escapes_and_comments_are_those_of_TOML) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("a#b" # c)", "a#b"},
      {R"('a#b"\q' # c)", R"(a#b"\q)"},
      {R"("a\\b\"c\n\u00e4")", "a\\b\"c\nä"},
      {"''", ""},
      {"\"with, comma\"\r", "with, comma"},
      {"\t 12 \t", "12"},
  };
  for (const auto& [literal, wanted] : cases) {
    Program program;
    EXPECT_EQ(program.run({"--config", file("c.toml", "store=" + literal + "\n")}), std::nullopt) << program.errors;
    EXPECT_EQ(program.store, wanted) << literal;
  }
}

TEST_F(SettingsFile, What_cannot_be_understood_is_refused_with_line_and_reason) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"max-bodi = 5", "line 2: 'max-bodi' is not a setting; did you mean 'max-body'?"},
      {"colour = 5", "line 2: 'colour' is not a setting; --help lists them"},
      {"[server]", "line 2: 'server' is not a setting"},
      {"max-body", "line 2: "},
      {"= 5", "line 2: "},
      {"store =", "line 2: "},
      {"store = two words", "line 2: "},
      {"store = [1, 2]", "line 2: 'store' must be a whole number, true, false or a text in quotes"},
      {"store = 1.5", "line 2: 'store' must be a whole number, true, false or a text in quotes"},
      {"store = \"open", "line 2: "},
      {"store = 'open", "line 2: "},
      {"store = \"a\" \"b\"", "line 2: "},
      {"store = \"\\q\"", "line 2: "},
      {"max-body = 5\nmax-body = 6", "line 3: "},
  };
  for (const auto& [text, reason] : cases) {
    Program program;
    EXPECT_EQ(program.run({"--config", file("c.toml", "verbose = true\n" + text + "\n")}), 2) << text;
    EXPECT_NE(program.errors.find(file("c.toml", "") + ", " + reason), std::string::npos) << program.errors;
  }
}

TEST_F(SettingsFile, Bad_value_names_setting_and_remedy) {
  Program program;
  EXPECT_EQ(program.run({"--config", file("c.toml", "max-body = 0\n")}), 2);
  EXPECT_NE(program.errors.find("--max-body is '0' but must be a whole number between 1 and 4096"), std::string::npos)
      << program.errors;
}

TEST_F(SettingsFile, Missing_file_is_refused_with_its_path) {
  Program program;
  EXPECT_EQ(program.run({"--config", "/nonexistent/c.toml"}), 2);
  EXPECT_NE(program.errors.find("/nonexistent/c.toml"), std::string::npos) << program.errors;
}

TEST_F(SettingsFile, Print_config_is_noted_and_cannot_be_a_key) {
  Program program;
  EXPECT_EQ(program.run({"--print-config"}), std::nullopt) << program.errors;
  EXPECT_TRUE(program.settings().requested_print());
  Program other;
  EXPECT_EQ(other.run({"--config", file("c.toml", "print-config = true\n")}), 2);
}

TEST_F(SettingsFile, Printed_settings_are_one_a_line_with_their_description) {
  Program program;
  ASSERT_EQ(program.run({}), std::nullopt);
  EXPECT_EQ(program.settings().effective(),
            "store = \"sqlite:coupon.db\"  # where it is\n"
            "port-file = \"\"  # empty unless given\n"
            "mode = \"safe\"  # how it works\n"
            "max-body = 1024  # bytes of a body\n"
            "grace = \"5000ms\"  # time to stop\n"
            "verbose = false  # says more\n"
            "# token = \"********\"  (the bearer token; set COUPON_TOKEN)\n"
            "# password = \"********\"  (the password of the database; set COUPON_PASSWORD)\n");
}

TEST_F(SettingsFile, Printed_settings_read_back_the_same) {
  expect_round_trip({});
  expect_round_trip({"--mode=fast", "--max-body=7", "--grace=2s", "--verbose"});
}

TEST_F(SettingsFile, Printed_text_reads_back_whatever_is_in_it) {
  for (const std::string text :
       {"", " ", "two words", "mysql://user@host:3306/coupon?a=b,c", "/data/a#b.db", "it's", "say \"no\"",
        "C:\\data\\new", "[1]", "größe", "{}", "# x", "a = b", "\"both\" 'quotes'", "tab\there", "two\nlines"}) {
    SCOPED_TRACE(text);
    expect_round_trip({"--store", text});
  }
}

}  // namespace
}  // namespace coupon::base
