#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <set>

#include "couponload/profile/request_template.hpp"

namespace coupon::load::test {

using testing::HasSubstr;

namespace {

const net::http::Url kUrl{.host = "shop", .port = 8080, .base_path = "/v2"};

RequestTemplate make(Headers headers = {}) {
  return {couponsrv_profile().request, "FLASH100", kUrl, std::move(headers)};
}

}  // namespace

TEST(RequestTemplate, Is_a_whole_request) {
  auto request = make({{"X-Test", "1"}});
  EXPECT_EQ(request.render("m00000001"),
            "POST /v2/api/v1/coupons/issue HTTP/1.1\r\nHost: shop:8080\r\nIdempotency-Key: " + request_key("", 0) +
                "\r\nX-Test: 1\r\n"
                "Content-Type: application/json\r\nContent-Length: 48\r\n\r\n"
                R"({"couponCode":"FLASH100","memberId":"m00000001"})");
}

TEST(RequestTemplate, Patched_in_place_it_is_what_it_would_be_made_anew) {
  auto patched = make();
  for (const auto* member : {"m0000001", "m0000002", "m10", "m99", "m\"quoted\"", "m\"quotee\"", "m100", "ü"}) {
    auto fresh = make();
    EXPECT_EQ(patched.render(member), fresh.render(member)) << member;
  }
}

TEST(RequestTemplate, Escapes_members_in_bodies_and_encodes_them_in_paths) {
  const Subject subject{"A/B", "x\"y z"};
  EXPECT_EQ(fill_body(R"({"c":"{code}","m":"{member}"})", subject), R"({"c":"A/B","m":"x\"y z"})");
  EXPECT_EQ(fill_path("/c/{code}/m/{member}", subject), "/c/A%2FB/m/x%22y%20z");
}

TEST(RequestTemplate, Leaves_a_placeholder_inside_a_value_alone) {
  EXPECT_EQ(fill_body("{code} {member} {other}", {"{member}", "{code}"}), "{member} {code} {other}");
}

TEST(RequestTemplate, Patches_every_place_of_the_member) {
  RequestTemplate request({"POST", "/{member}/x", R"({"a":"{member}","b":"{member}"})"}, "C", kUrl, {});
  EXPECT_EQ(request.render("aaaa").find("bbbb"), std::string_view::npos);
  const auto text = request.render("bbbb");
  EXPECT_EQ(text.find("aaaa"), std::string_view::npos);
  EXPECT_NE(text.find("/bbbb/x"), std::string_view::npos);
  EXPECT_NE(text.find(R"({"a":"bbbb","b":"bbbb"})"), std::string_view::npos);
}

TEST(RequestTemplate, Fills_every_kind_of_placeholder_in_paths_bodies_and_headers) {
  const RequestShape shape{"POST",
                           "/{run}/{seq}?t={var:t}",
                           R"({"m":"{member}","a":{attempt},"k":"{token}"})",
                           {{"Idempotency-Key", "{run}-{member}"}, {"X-Token", "{env:T}"}}};
  RequestTemplate request(shape, "C", kUrl, {},
                          {{"run", "R1"}, {"var:t", "a&b"}, {"token", "say \"hi\""}, {"env:T", "s e c"}});
  EXPECT_EQ(request.render("m1", 7, 2),
            "POST /v2/R1/7?t=a%26b HTTP/1.1\r\nHost: shop:8080\r\nIdempotency-Key: R1-m1\r\nX-Token: s e c\r\n"
            "Content-Type: application/json\r\nContent-Length: 33\r\n\r\n"
            R"({"m":"m1","a":2,"k":"say \"hi\""})");
}

// Whatever comes in whatever order, patching must give what a fresh template gives.
TEST(RequestTemplate, Patched_in_place_with_any_values_it_is_what_it_would_be_made_anew) {
  const RequestShape shape{"POST",
                           "/{seq}/{uuid}",
                           R"({"m":"{member}{member}","n":{seq}{attempt},"u":"{uuid}"})",
                           {{"Key", "{uuid}{member}"}, {"Again", "{key}"}}};
  const Variables variables{{"run", "R"}};
  RequestTemplate patched(shape, "C", kUrl, {}, variables);
  const std::array members{"a", "b", "", "longer", "longes", "q\"uote", "\xc3\xbc", "x@y.z", "+&%"};
  std::mt19937_64 random(3);
  for (int round = 0; round < 2'000; ++round) {
    const auto* member = members[random() % members.size()];
    const auto seq = random() % 200;
    const auto attempt = static_cast<std::uint32_t>(1 + random() % 12);
    RequestTemplate fresh(shape, "C", kUrl, {}, variables);
    ASSERT_EQ(patched.render(member, seq, attempt), fresh.render(member, seq, attempt)) << member << ' ' << seq;
    const auto whole =
        net::http::serialize(kUrl, make_question(shape, {"C", member, &variables, seq, attempt, seq}, {}));
    ASSERT_EQ(patched.render(member, seq, attempt), whole) << member << ' ' << seq;
  }
}

TEST(RequestTemplate, Has_another_uuid_for_every_seq_attempt_and_run) {
  const RequestShape shape{"POST", "/{uuid}", ""};
  std::set<std::string> seen;
  for (const auto* run : {"R1", "R2"}) {
    RequestTemplate request(shape, "C", kUrl, {}, {{"run", run}});
    for (std::uint64_t seq = 0; seq < 100; ++seq) {
      for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) seen.emplace(request.render("m", seq, attempt));
    }
  }
  EXPECT_EQ(seen.size(), 600U);
}

TEST(RequestTemplate, Shares_a_key_between_attempts_and_between_as_many_requests_as_it_is_told) {
  const RequestShape shape{"POST", "/{key}", ""};
  std::set<std::string> keys;
  for (const auto* run : {"R1", "R2"}) {
    RequestTemplate request(shape, "C", kUrl, {}, {{"run", run}}, 3);
    for (std::uint64_t seq = 0; seq < 9; ++seq) {
      const std::string first(request.render("m", seq, 1));
      EXPECT_EQ(request.render("m", seq, 2), first);
      keys.insert(first);
      EXPECT_EQ(keys.size(), (run == std::string("R1") ? 1U : 4U) + seq / 3);
    }
  }
}

TEST(RequestTemplate, Has_a_key_that_is_no_other_requests_uuid) {
  std::set<std::string> seen;
  for (std::uint64_t number = 0; number < 100; ++number) {
    seen.insert(request_key("R", number));
    for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) seen.insert(request_uuid("R", number, attempt));
  }
  EXPECT_EQ(seen.size(), 400U);
}

TEST(RequestTemplate, Says_what_kind_of_body_it_has_in_the_profiles_words) {
  for (const auto* name : {"Content-Type", "content-type"}) {
    const RequestShape shape{"POST", "/", "member={member}", {{name, "application/x-www-form-urlencoded"}}};
    const auto text = std::string(RequestTemplate(shape, "C", kUrl, {}).render("m1"));
    EXPECT_THAT(text, HasSubstr(std::string(name) + ": application/x-www-form-urlencoded\r\n"));
    EXPECT_EQ(text.find("application/json"), std::string::npos) << text;
  }
  RequestTemplate given({"POST", "/", "<m/>", {{"Content-Type", "text/xml"}}}, "C", kUrl,
                        {{"Content-type", "application/xml"}});
  EXPECT_THAT(given.render("m"), HasSubstr("Content-type: application/xml\r\n"));
  EXPECT_EQ(given.render("m").find("text/xml"), std::string_view::npos);
}

TEST(RequestTemplate, Takes_the_code_from_the_variables_unless_it_is_told_another) {
  const RequestShape shape{"GET", "/{code}", ""};
  EXPECT_THAT(RequestTemplate(shape, "", kUrl, {}, {{"code", "V"}}).render("m"), HasSubstr("/v2/V "));
  EXPECT_THAT(RequestTemplate(shape, "C", kUrl, {}, {{"code", "V"}}).render("m"), HasSubstr("/v2/C "));
}

TEST(RequestTemplate, A_field_of_the_command_line_replaces_one_of_the_profile) {
  const RequestShape shape{"GET", "/", "", {{"X-A", "profile"}, {"X-B", "profile"}}};
  RequestTemplate request(shape, "", kUrl, {{"x-a", "given"}});
  const auto text = request.render("m");
  EXPECT_THAT(text, HasSubstr("x-a: given\r\n"));
  EXPECT_THAT(text, HasSubstr("X-B: profile\r\n"));
  EXPECT_EQ(text.find("X-A"), std::string_view::npos);
}

TEST(Placeholders, Are_names_in_braces_and_nothing_else) {
  for (const auto* plain : {"{", "}", "{}", "{ id }", R"({"a":{"b":1}})", "{1}", "{a b}", "{env:}", "{a:b}", "{{}}"}) {
    const auto pieces = split_placeholders(plain);
    ASSERT_EQ(pieces.size(), 1U) << plain;
    EXPECT_EQ(pieces[0].text, plain);
  }
  const auto pieces = split_placeholders(R"({"x":{member},"y":"{env:A_1}"})");
  ASSERT_EQ(pieces.size(), 5U);
  EXPECT_EQ(pieces[1].kind, Piece::Kind::kMember);
  EXPECT_EQ(pieces[3].text, "env:A_1");
  EXPECT_EQ(split_placeholders("{{member}")[0].text, "{");
}

TEST(Placeholders, In_headers_refuse_values_that_would_break_them_apart) {
  const RequestShape shape{"GET", "/", "", {{"Authorization", "Bearer {env:TOKEN}"}}};
  EXPECT_TRUE(check_values(shape, {{"env:TOKEN", "abc"}}));
  const auto wrong = check_values(shape, {{"env:TOKEN", "abc\r\nEvil: yes"}});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("the value of {env:TOKEN} has a control character"));
  EXPECT_THAT(check_values(shape, {}).error().message, HasSubstr("{env:TOKEN} has no value"));
  EXPECT_TRUE(check_values({"POST", "/", "{env:TOKEN}"}, {{"env:TOKEN", "a\nb"}})) << "a body escapes it";
}

}  // namespace coupon::load::test
