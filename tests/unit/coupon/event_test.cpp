#include "coupon/event.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace coupon {
namespace {

constexpr const char* kId = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

GrantEvent event() {
  return {*CouponCode::parse("FLASH-100"),
          *MemberId::parse("kim@example.org"),
          *GrantId::parse(kId),
          7,
          1'767'225'600'000,
          3};
}

nlohmann::json valid() { return nlohmann::json::parse(encode_value(event())); }

void expect_equal(const GrantEvent& a, const GrantEvent& b) {
  EXPECT_EQ(a.code, b.code);
  EXPECT_EQ(a.member, b.member);
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.rank, b.rank);
  EXPECT_EQ(a.issued_ms, b.issued_ms);
  EXPECT_EQ(a.epoch, b.epoch);
}

// The error of a valid event in which one field was replaced.
base::Error broken(const std::string& field, const nlohmann::json& value) {
  auto object = valid();
  object[field] = value;
  const auto read = decode(object.dump());
  return read ? base::Error{base::Errc::kInternal, "it was accepted", false} : read.error();
}

bool takes(const std::string& field, const nlohmann::json& value) {
  auto object = valid();
  object[field] = value;
  return decode(object.dump()).has_value();
}

TEST(Event, Has_exactly_the_documented_form) {
  EXPECT_EQ(encode_value(event()),
            R"({"v":1,"code":"FLASH-100","user":"kim@example.org","id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","rank":7,)"
            R"("issuedMs":1767225600000,"epoch":3})");
}

TEST(Event, Reads_back_as_it_was_written) { expect_equal(*decode(encode_value(event())), event()); }

TEST(Event, Reads_back_at_the_bounds_of_every_number_and_name) {
  auto most = event();
  most.code = *CouponCode::parse(std::string(CouponCode::kMax, 'Z'));
  most.member = *MemberId::parse(std::string(MemberId::kMax, ':'));
  most.rank = kRankMax;
  most.issued_ms = kInstantMaxMs;
  most.epoch = UINT32_MAX;
  expect_equal(*decode(encode_value(most)), most);
  auto least = event();
  least.rank = 1;
  least.issued_ms = 0;
  least.epoch = 0;
  expect_equal(*decode(encode_value(least)), least);
}

TEST(Event, Beyond_the_bounds_of_a_number_is_refused_in_either_form) {
  auto far = event();
  far.rank = kRankMax + 1;
  EXPECT_FALSE(decode(encode_value(far)).has_value());
  EXPECT_FALSE(takes("rank", kRankMax + 1));
  far = event();
  far.issued_ms = kInstantMaxMs + 1;
  EXPECT_FALSE(decode(encode_value(far)).has_value());
  EXPECT_FALSE(takes("issuedMs", kInstantMaxMs + 1));
}

TEST(Event, Is_made_of_a_grant_under_an_epoch) {
  const Grant grant{*GrantId::parse(kId), *MemberId::parse("kim@example.org"), 7, 1'767'225'600'000, 99};
  expect_equal(make_event(*CouponCode::parse("FLASH-100"), grant, 3), event());
}

TEST(Event, Its_record_is_keyed_by_member_and_attributable_by_headers_alone) {
  const auto record = encode(event());
  EXPECT_EQ(record.key, "kim@example.org");
  EXPECT_EQ(record.value, encode_value(event()));
  std::map<std::string, std::string> headers;
  for (const auto& header : record.headers) headers[header.name] = header.value;
  const std::map<std::string, std::string> expected = {
      {"v", "1"}, {"code", "FLASH-100"}, {"user", "kim@example.org"}, {"id", kId}, {"epoch", "3"}};
  EXPECT_EQ(headers, expected);
}

TEST(Event, Unknown_fields_are_ignored) {
  auto object = valid();
  object["note"] = {{"nested", {1, 2, 3}}};
  object["Rank"] = "not the rank";
  expect_equal(*decode(object.dump()), event());
}

TEST(Event, The_order_of_fields_and_white_space_do_not_matter) {
  expect_equal(*decode(fmt::format("\n {{ \"epoch\":3, \"issuedMs\": 1767225600000,\"rank\":7,\t\"id\":\"{}\","
                                   "\"user\":\"kim@example.org\",\"code\":\"FLASH-100\",\"v\":1 }} ",
                                   kId)),
               event());
}

TEST(Event, A_newer_version_is_unsupported_whatever_else_it_says) {
  const auto error = broken("v", 2);
  EXPECT_EQ(error.code, base::Errc::kUnsupported);
  EXPECT_NE(error.message.find("upgrade"), std::string::npos);
  EXPECT_EQ(decode(R"({"v":2})").error().code, base::Errc::kUnsupported);
  EXPECT_EQ(decode(R"({"v":9223372036854775807,"code":7})").error().code, base::Errc::kUnsupported);
}

TEST(Event, A_missing_or_senseless_version_is_invalid) {
  for (const nlohmann::json& v : {nlohmann::json(0), nlohmann::json(-1), nlohmann::json("1"), nlohmann::json(1.5),
                                  nlohmann::json(nullptr), nlohmann::json(18'446'744'073'709'551'615ULL)}) {
    EXPECT_EQ(broken("v", v).code, base::Errc::kInvalid) << v;
  }
  EXPECT_EQ(decode("{}").error().code, base::Errc::kInvalid);
}

TEST(Event, Every_field_is_required_and_named_in_the_error) {
  for (const std::string field : {"v", "code", "user", "id", "rank", "issuedMs", "epoch"}) {
    auto object = valid();
    object.erase(field);
    const auto read = decode(object.dump());
    ASSERT_FALSE(read) << field;
    EXPECT_EQ(read.error().code, base::Errc::kInvalid);
    EXPECT_NE(read.error().message.find("'" + field + "'"), std::string::npos) << read.error().message;
  }
}

TEST(Event, Every_field_of_another_type_is_refused) {
  for (const std::string field : {"code", "user", "id"}) {
    for (const auto& value : {nlohmann::json(7), nlohmann::json(nullptr), nlohmann::json::array(),
                              nlohmann::json::object(), nlohmann::json(true)}) {
      EXPECT_EQ(broken(field, value).code, base::Errc::kInvalid) << field << value;
    }
  }
  for (const std::string field : {"rank", "issuedMs", "epoch"}) {
    for (const auto& value : {nlohmann::json("7"), nlohmann::json(7.0), nlohmann::json(nullptr), nlohmann::json(true),
                              nlohmann::json::array({7})}) {
      EXPECT_EQ(broken(field, value).code, base::Errc::kInvalid) << field << value;
    }
  }
}

TEST(Event, Names_and_ids_are_checked_as_everywhere) {
  EXPECT_EQ(broken("code", "FLASH 100").code, base::Errc::kInvalid);
  EXPECT_EQ(broken("code", std::string(41, 'A')).code, base::Errc::kInvalid);
  EXPECT_EQ(broken("user", "").code, base::Errc::kInvalid);
  EXPECT_EQ(broken("user", std::string(65, 'm')).code, base::Errc::kInvalid);
  EXPECT_EQ(broken("user", std::string("m\0", 2)).code, base::Errc::kInvalid);
  EXPECT_EQ(broken("id", "01ARZ3NDEKTSV4RRFFQ69G5FA").code, base::Errc::kInvalid);
  EXPECT_EQ(broken("id", "81ARZ3NDEKTSV4RRFFQ69G5FAV").code, base::Errc::kInvalid);
}

TEST(Event, Numbers_end_at_their_bounds) {
  EXPECT_TRUE(takes("rank", 1));
  EXPECT_FALSE(takes("rank", 0));
  EXPECT_FALSE(takes("rank", -1));
  EXPECT_FALSE(takes("rank", 9'223'372'036'854'775'808ULL));
  EXPECT_TRUE(takes("issuedMs", 0));
  EXPECT_FALSE(takes("issuedMs", -1));
  EXPECT_TRUE(takes("epoch", 4'294'967'295LL));
  EXPECT_FALSE(takes("epoch", 4'294'967'296LL));
  EXPECT_FALSE(takes("epoch", -1));
}

TEST(Event, What_is_no_json_object_is_invalid) {
  for (const std::string& bad :
       {std::string(), std::string("null"), std::string("7"), std::string("\"text\""), std::string("[1]"),
        std::string("{"), std::string("{\"v\":1"), std::string("{}{}"), encode_value(event()) + "x",
        std::string("\xff\xfe{}"), std::string("{\"v\":1,\"code\":\"\xc3\x28\"}"), std::string(16, '\0')}) {
    EXPECT_EQ(decode(bad).error().code, base::Errc::kInvalid) << bad;
  }
}

TEST(Event, Every_truncation_is_invalid_and_none_is_misread) {
  const auto whole = encode_value(event());
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(decode(whole.substr(0, size))) << size;
}

// A space before it takes a value off the short way through decode.
TEST(Event, Our_own_form_is_read_as_any_json_is_whatever_byte_is_changed) {
  const auto whole = encode_value(event());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'0', '9', '"', '\\', '-', '.', 'e', ' ', '}', '{', ',', '\0', '\n', '\xff', 'A', 'i'}) {
      auto changed = whole;
      changed[at] = byte;
      const auto own = decode(changed);
      const auto any = decode(" " + changed);
      ASSERT_EQ(own.has_value(), any.has_value()) << changed;
      if (own) expect_equal(*own, *any);
      changed.insert(at, 1, byte);
      ASSERT_EQ(decode(changed).has_value(), decode(" " + changed).has_value()) << changed;
    }
  }
}

TEST(Event, A_value_beyond_the_bound_is_refused_unread) {
  const auto padded = [](std::size_t size) {
    const auto whole = encode_value(event());
    return whole + std::string(size - whole.size(), ' ');
  };
  EXPECT_TRUE(decode(padded(kEventBytesMax)));
  const auto error = decode(padded(kEventBytesMax + 1)).error();
  EXPECT_EQ(error.code, base::Errc::kInvalid);
  EXPECT_NE(error.message.find("16384"), std::string::npos);
}

TEST(Event, Deep_nesting_is_survived) {
  EXPECT_EQ(decode(std::string(kEventBytesMax, '[')).error().code, base::Errc::kInvalid);
  auto object = encode_value(event());
  object.insert(1, "\"x\":" + std::string(7'000, '[') + std::string(7'000, ']') + ",");
  expect_equal(*decode(object), event());
}

}  // namespace
}  // namespace coupon
