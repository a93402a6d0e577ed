#include "base/output.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <nlohmann/json.hpp>

namespace coupon::base {
namespace {

const double kInfinity = std::numeric_limits<double>::infinity();

Table stock() {
  return {{"code", "title", "remaining", "share", "open"},
          {{"SPRING", "Für Ä", std::int64_t{97}, 0.5, true}, {"X", {}, std::int64_t{-12'345}, {}, false}}};
}

std::string csv_of(const Cell& cell) {
  const auto text = render({{"c"}, {{cell}}}, OutputFormat::kCsv);
  return text.substr(3);  // behind "c\r\n"
}

TEST(Output, Table_aligns_words_left_and_numbers_right) {
  EXPECT_EQ(render(stock(), OutputFormat::kTable),
            "code    title  remaining  share  open\n"
            "SPRING  Für Ä         97    0.5  true\n"
            "X       -         -12345      -  false\n");
}

TEST(Output, Json_is_an_array_of_objects_one_a_line) {
  EXPECT_EQ(render(stock(), OutputFormat::kJson),
            "[\n"
            R"({"code":"SPRING","title":"Für Ä","remaining":97,"share":0.5,"open":true},)"
            "\n"
            R"({"code":"X","title":null,"remaining":-12345,"share":null,"open":false})"
            "\n]\n");
}

TEST(Output, Csv_has_a_header_and_line_ends_of_RFC_4180) {
  EXPECT_EQ(render(stock(), OutputFormat::kCsv),
            "code,title,remaining,share,open\r\n"
            "SPRING,Für Ä,97,0.5,true\r\n"
            "X,,-12345,,false\r\n");
}

TEST(Output, No_rows_leave_the_header_or_an_empty_array) {
  const Table empty{{"code", "title"}, {}};
  EXPECT_EQ(render(empty, OutputFormat::kTable), "code  title\n");
  EXPECT_EQ(render(empty, OutputFormat::kJson), "[]\n");
  EXPECT_EQ(render(empty, OutputFormat::kCsv), "code,title\r\n");
}

TEST(Output, Record_is_a_line_a_field_one_object_or_one_row) {
  const std::vector<std::pair<std::string, Cell>> fields = {
      {"code", "SPRING"}, {"quota", std::int64_t{100}}, {"closed_at", {}}, {"größe", 1.25}};
  EXPECT_EQ(render_record(fields, OutputFormat::kTable),
            "code       SPRING\n"
            "quota      100\n"
            "closed_at  -\n"
            "größe      1.25\n");
  EXPECT_EQ(render_record(fields, OutputFormat::kJson),
            "{\"code\":\"SPRING\",\"quota\":100,\"closed_at\":null,\"größe\":1.25}\n");
  EXPECT_EQ(render_record(fields, OutputFormat::kCsv), "code,quota,closed_at,größe\r\nSPRING,100,,1.25\r\n");
}

TEST(Output, Table_widths_count_characters_not_bytes) {
  const Table table{{"name", "n"}, {{"쿠폰", std::int64_t{1}}, {"abcdef", std::int64_t{2}}}};
  EXPECT_EQ(render(table, OutputFormat::kTable),
            "name    n\n"
            "쿠폰      1\n"
            "abcdef  2\n");
}

TEST(Output, Column_of_words_and_numbers_keeps_numbers_right) {
  const Table table{{"value", "end"}, {{"lots of", "x"}, {std::int64_t{5}, "y"}}};
  EXPECT_EQ(render(table, OutputFormat::kTable),
            "value    end\n"
            "lots of  x\n"
            "      5  y\n");
}

TEST(Output, Table_shows_control_characters_instead_of_sending_them) {
  const Table table{{"c"}, {{"a\nb\x1b[2J"}}};
  EXPECT_EQ(render(table, OutputFormat::kTable), "c\na\\nb\\u001b[2J\n");
}

TEST(Output, Number_that_is_none_is_an_empty_cell_in_every_format) {
  for (const double value : {std::nan(""), kInfinity, -kInfinity}) {
    const Table table{{"v"}, {{value}}};
    EXPECT_EQ(render(table, OutputFormat::kJson), "[\n{\"v\":null}\n]\n");
    EXPECT_EQ(render(table, OutputFormat::kTable), "v\n-\n");
    EXPECT_EQ(render(table, OutputFormat::kCsv), "v\r\n\r\n");
  }
}

TEST(Output, Json_stays_valid_for_any_text_and_number) {
  const Table table{{"te\"xt", "n", "d"},
                    {{"quote \" slash \\ line \n bad \xff", std::numeric_limits<std::int64_t>::min(), 1e300},
                     {std::string("\0nul", 4), std::numeric_limits<std::int64_t>::max(), 5e-324}}};
  const auto parsed = nlohmann::json::parse(render(table, OutputFormat::kJson));
  EXPECT_EQ(parsed[0]["te\"xt"], "quote \" slash \\ line \n bad \xef\xbf\xbd");
  EXPECT_EQ(parsed[0]["n"], std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parsed[0]["d"], 1e300);
  EXPECT_EQ(parsed[1]["te\"xt"], std::string("\0nul", 4));
  EXPECT_EQ(parsed[1]["d"], 5e-324);
}

TEST(Output, Csv_quotes_separators_quotes_and_line_ends_only) {
  EXPECT_EQ(csv_of("plain text; with 'marks'"), "plain text; with 'marks'\r\n");
  EXPECT_EQ(csv_of("a,b"), "\"a,b\"\r\n");
  EXPECT_EQ(csv_of("say \"no\""), "\"say \"\"no\"\"\"\r\n");
  EXPECT_EQ(csv_of("two\nlines"), "\"two\nlines\"\r\n");
  EXPECT_EQ(csv_of("two\rlines"), "\"two\rlines\"\r\n");
}

TEST(Output, Csv_disarms_text_that_a_spreadsheet_would_run) {
  EXPECT_EQ(csv_of("=1+1"), "'=1+1\r\n");
  EXPECT_EQ(csv_of("+1"), "'+1\r\n");
  EXPECT_EQ(csv_of("-1"), "'-1\r\n");
  EXPECT_EQ(csv_of("@SUM(A1)"), "'@SUM(A1)\r\n");
  EXPECT_EQ(csv_of("\t=1"), "'\t=1\r\n");
  EXPECT_EQ(csv_of("=HYPERLINK(\"http://x\",\"y\")"), "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\r\n");
  EXPECT_EQ(csv_of("a=1"), "a=1\r\n");
}

TEST(Output, Csv_leaves_negative_numbers_alone) {
  EXPECT_EQ(csv_of(std::int64_t{-5}), "-5\r\n");
  EXPECT_EQ(csv_of(-0.5), "-0.5\r\n");
}

TEST(Output, Format_is_read_by_name_and_nothing_else) {
  EXPECT_EQ(parse_output_format("table").value(), OutputFormat::kTable);
  EXPECT_EQ(parse_output_format("json").value(), OutputFormat::kJson);
  EXPECT_EQ(parse_output_format("csv").value(), OutputFormat::kCsv);
  EXPECT_EQ(parse_output_format("JSON").error().message, "output must be table, json or csv");
  EXPECT_FALSE(parse_output_format(""));
}

}  // namespace
}  // namespace coupon::base
