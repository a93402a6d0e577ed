#include "couponsrv/fields.hpp"

#include <gtest/gtest.h>

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

}  // namespace

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
