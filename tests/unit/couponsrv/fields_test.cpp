#include "couponsrv/fields.hpp"

#include <gtest/gtest.h>
#include <random>

namespace coupon::test {

using srv::Field;
using srv::Fields;

namespace {

const std::vector<Field> kExpected{{.name = "name"},
                                   {.name = "count", .kind = Field::Kind::kInteger, .required = false}};

std::string problem(const std::string& json) {
  const auto fields = Fields::parse(json, kExpected);
  return fields ? "accepted" : fields.error().message;
}

// What comes of a body, as one text.
std::string told(const std::string& json) {
  const auto fields = Fields::parse(json, kExpected);
  if (!fields) return "refused: " + fields.error().message;
  return fields->text(0) + (fields->has(1) ? '/' + std::to_string(fields->integer(1)) : "");
}

}  // namespace

// The first of each pair is read without the JSON library, the second, which says the same, with it.
TEST(Fields, plain_texts_are_read_as_any_other) {
  EXPECT_EQ(told(R"({"name":"a b~!"})"), told(R"({"\u006eame":"a b~!"})"));
  EXPECT_EQ(told(" { \t\"name\"\r\n:\"\" } \n"), told(" { \t\"\\u006eame\"\r\n:\"\" } \n"));
  EXPECT_EQ(told(R"({"name":"a"})"), "a");
  EXPECT_EQ(told("{\"name\":\"" + std::string(srv::kTextMax, 'x') + "\"}"), std::string(srv::kTextMax, 'x'));
  for (const auto* body : {R"({"name":"a","name":"b"})", R"({"name":"a"}})", R"({"name":"a",})", R"({"name":"a"}x)",
                           R"({"name":"a")", R"({"name")", R"({,"name":"a"})", R"({"name":"a" "b"})", R"(["name","a"])",
                           R"({"count":"1","name":"a"})", "{"}) {
    EXPECT_TRUE(told(body).starts_with("refused: ")) << body;
  }
  EXPECT_TRUE(told("{\"name\":\"" + std::string(srv::kTextMax + 1, 'x') + "\"}").starts_with("refused: "));
}

// A name that is spelt with an escape goes the JSON library's way; else both bodies are the same, so their fates are.
TEST(Fields, no_change_of_a_byte_makes_the_two_ways_differ) {
  const std::string begin = R"({"name)";
  const std::string rest = R"(" : "ab1" })";
  const std::string changes = std::string("{}[]\",:\\ \n\t\x7f\x80\xc3 01aN") + '\0';
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; ++i) {
    auto changed = rest;
    for (auto left = random() % 3; left > 0; --left) {
      const auto at = random() % changed.size();
      const auto byte = changes[random() % changes.size()];
      switch (random() % 3) {
        case 0: changed[at] = byte; break;
        case 1: changed.insert(at, 1, byte); break;
        default: changed.erase(at, 1); break;
      }
    }
    auto other = told(R"({"\u006eame)" + changed);
    auto plain = told(begin + changed);
    // Positions in the text differ by the escape's five bytes.
    for (auto* one : {&plain, &other}) one->resize(std::min(one->find(" (at byte"), one->size()));
    ASSERT_EQ(plain, other) << changed;
  }
}

TEST(Fields, reads_each_value_by_its_place) {
  const auto fields = Fields::parse(R"( { "count" : -5 , "name" : "a\u00e9\n" } )", kExpected);
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->text(0), "a\xC3\xA9\n");
  EXPECT_EQ(fields->integer(1), -5);
}

TEST(Fields, an_optional_field_may_be_absent) {
  const auto fields = Fields::parse(R"({"name":""})", kExpected);
  ASSERT_TRUE(fields);
  EXPECT_TRUE(fields->has(0));
  EXPECT_FALSE(fields->has(1));
}

TEST(Fields, refusals_name_the_field_and_what_it_is) {
  EXPECT_EQ(problem(R"({"count":1})"), "name is missing");
  EXPECT_EQ(problem(R"({"name":1})"), "name must be a string, but is a number");
  EXPECT_EQ(problem(R"({"name":"a","count":"1"})"), "count must be a whole number, but is a string");
  EXPECT_EQ(problem(R"({"name":"a","count":1.0})"), "count must be a whole number, but is not a whole number");
  EXPECT_EQ(problem(R"({"name":"a","count":9223372036854775808})"),
            "count must be a whole number, but is too large a number");
  EXPECT_EQ(problem(R"({"name":"a","x":1})"), "unknown field 'x': this call takes name, count");
  EXPECT_EQ(problem(R"({"name":"a","name":"a"})"), "field 'name' is there twice");
}

TEST(Fields, an_unknown_name_is_shown_escaped_and_short) {
  const auto said = problem("{\"" + std::string(500, 'y') + "\":1}");
  EXPECT_LT(said.size(), 120U);
  EXPECT_NE(problem("{\"a\\u0007\":1}").find("\\u0007"), std::string::npos);
}

TEST(Fields, the_largest_and_smallest_numbers_are_read_exactly) {
  EXPECT_EQ(Fields::parse(R"({"name":"","count":9223372036854775807})", kExpected)->integer(1), INT64_MAX);
  EXPECT_EQ(Fields::parse(R"({"name":"","count":-9223372036854775808})", kExpected)->integer(1), INT64_MIN);
}

}  // namespace coupon::test
