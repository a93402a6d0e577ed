#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "couponload/profile/explain.hpp"
#include "couponload/profile/load_profile.hpp"
#include "couponload/profile/values.hpp"
#include "support/process.hpp"
#include "support/temp_folder.hpp"

namespace coupon::load::test {

using coupon::test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

// A service that is not ours: other fields, other codes, no read-back.
constexpr std::string_view kTicketShop = R"(version = 1
url = "http://127.0.0.1:9000/shop"
members = { kind = "seq", format = "guest-{}", start = 100 }
request = { method = "PUT", path = "/events/{code}/tickets", body = '{"guest": "{member}", "n": {seq}}' }
grant = { id = "/ticket", code = "/reason" }
quota = { value = 50 }
count = { path = "/events/{code}", pointer = "/sold" }
headers = { Authorization = "Bearer {env:SHOP_TOKEN}" }
[[outcome]]
class = "issued"
status = [200, 201]
where = ["/ticket exists", "/state != \"cancelled\""]
[[outcome]]
class = "duplicate"
where = '/reason == "HAVE_ONE"'
[[outcome]]
class = "sold_out"
status = 410
[[setup]]
method = "POST"
path = "/events"
body = '{"seats": 50}'
expect = 201
capture = { code = "/event/0/key" }
)";

RequestShape step_shape(std::string path, std::string body) {
  return {.method = "POST", .path = std::move(path), .body = std::move(body)};
}

OutcomeRule rule(Outcome outcome, int status, std::string pointer, std::string value) {
  return {outcome, {status}, {{std::move(pointer), Condition::Test::kEquals, std::move(value)}}};
}

}  // namespace

TEST(LoadProfile, Couponsrv_as_toml_is_what_it_was_as_code) {
  Profile expected;
  expected.name = "couponsrv";
  expected.url = "http://127.0.0.1:8080";
  expected.vars = {{"code", "FLASH100"}};
  expected.request = {"POST",
                      "/api/v1/coupons/issue",
                      R"({"couponCode":"{code}","memberId":"{member}"})",
                      {{"Idempotency-Key", "{key}"}}};
  expected.grant = {.id = "/data/issueId", .rank = "/data/rank", .code = "/error/code"};
  expected.count = {.path = "/api/v1/coupons/stock/{code}",
                    .quota = "/data/quota",
                    .issued = "/data/issued",
                    .recorded = "/data/recorded"};
  expected.readback = {
      .path = "/api/v1/coupons/{code}/issues/{member}", .id = "/data/issueId", .recorded = "/data/recorded"};
  expected.prime = "/healthz";
  expected.outcomes = {rule(Outcome::kIssued, 200, "/success", "true"),
                       rule(Outcome::kPending, 202, "/success", "true"),
                       rule(Outcome::kDuplicate, 409, "/error/code", "\"COUPON-002\""),
                       rule(Outcome::kSoldOut, 409, "/error/code", "\"COUPON-003\"")};
  auto loaded = load_profile("couponsrv").value();
  EXPECT_EQ(loaded.sha256.size(), 64U);
  EXPECT_EQ(loaded.sha256.find_first_not_of("0123456789abcdef"), std::string::npos);
  loaded.sha256.clear();
  EXPECT_EQ(loaded, expected);
}

TEST(LoadProfile, Fcfs_s0_makes_a_coupon_of_its_own_and_judges_what_the_answers_say) {
  const auto profile = load_profile("fcfs-s0").value();
  ASSERT_EQ(profile.setup.size(), 2U);
  EXPECT_EQ(profile.setup[0].shape,
            step_shape("/coupons", R"({"title":"couponload {run}","totalQuantity":{var:quota}})"));
  EXPECT_EQ(profile.setup[0].capture, (std::vector<Capture>{{"code", "/result/id"}}));
  EXPECT_EQ(profile.setup[1].shape.path, "/coupons/init-stock");
  EXPECT_EQ(profile.request.body, R"({"couponId":"{code}","userId":{member}})");
  EXPECT_EQ(profile.outcomes[0].outcome, Outcome::kIssued) << "nothing can be read back, so a promise must count";
  EXPECT_TRUE(profile.grant.id.empty());
  EXPECT_TRUE(profile.count.path.empty());
  EXPECT_TRUE(profile.readback.path.empty());
}

TEST(LoadProfile, Fcfs_s2_resets_and_counts) {
  const auto profile = load_profile("fcfs-s2").value();
  EXPECT_EQ(profile.setup.at(0).shape.path, "/api/test/reset");
  EXPECT_EQ(profile.count.issued, "/data/issued");
  EXPECT_TRUE(profile.grant.id.empty());
}

TEST(LoadProfile, Every_built_in_profile_loads_finds_its_values_and_is_explained) {
  EXPECT_EQ(builtin_profiles().size(), 3U);
  for (const auto& builtin : builtin_profiles()) {
    auto profile = load_profile(std::string(builtin.name));
    ASSERT_TRUE(profile) << profile.error().message;
    EXPECT_EQ(profile->name, builtin.name);
    const auto values = initial_values(*profile, {});
    ASSERT_TRUE(values) << builtin.name << ": " << values.error().message;
    ASSERT_TRUE(settle_quota(*profile, *values));
    const auto text = explain(*profile);
    for (const auto* invariant : {"quota", "fill", "once", "ids", "ranks", "readback", "count", "replay", "order"}) {
      EXPECT_THAT(text, HasSubstr(std::string("\n  ") + invariant)) << builtin.name;
    }
    EXPECT_THAT(doubts(*profile), testing::IsEmpty()) << builtin.name;
  }
}

TEST(LoadProfile, The_commented_profile_loads_as_it_is) {
  const auto profile = parse_profile(commented_profile(), "profile.toml");
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->quota.value, 100);
  EXPECT_EQ(profile->name, "profile");
  EXPECT_THAT(doubts(*profile), testing::IsEmpty());
}

TEST(LoadProfile, A_profile_of_25_lines_says_all_about_a_service_that_is_not_ours) {
  EXPECT_LE(std::ranges::count(kTicketShop, '\n'), 25);
  const auto loaded = parse_profile(kTicketShop, "tickets.toml");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->name, "tickets");
  EXPECT_EQ(loaded->members.format, "guest-{}");
  EXPECT_EQ(loaded->members.start, 100U);
  EXPECT_EQ(loaded->quota.value, 50);
  EXPECT_EQ(loaded->count.issued, "/sold");
  ASSERT_EQ(loaded->outcomes.size(), 3U);
  EXPECT_THAT(loaded->outcomes[0].status, ElementsAre(200, 201));
  EXPECT_EQ(loaded->outcomes[0].where[0].test, Condition::Test::kExists);
  EXPECT_EQ(loaded->outcomes[0].where[1], (Condition{"/state", Condition::Test::kDiffers, "\"cancelled\""}));
  EXPECT_TRUE(loaded->outcomes[1].status.empty());
  EXPECT_THAT(loaded->setup.at(0).expect, ElementsAre(201));
  const Headers token{{"Authorization", "Bearer {env:SHOP_TOKEN}"}};
  EXPECT_EQ(loaded->request.headers, token);
  EXPECT_EQ(loaded->setup[0].shape.headers, token) << "common headers go with steps too";
  EXPECT_EQ(reading(*loaded, "/x").headers, token) << "and with what is read";
  EXPECT_THAT(required_values(*loaded), ElementsAre("env:SHOP_TOKEN")) << "the code is captured";
}

TEST(LoadProfile, A_request_keeps_its_own_header_before_a_common_one) {
  const auto profile = parse_profile(R"(version = 1
headers = { X-A = "common", X-B = "common" }
request = { method = "GET", path = "/{member}", headers = { x-a = "own" } }
[[outcome]]
class = "issued"
status = 200
)",
                                     "p.toml");
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->request.headers, (Headers{{"x-a", "own"}, {"X-B", "common"}}));
}

TEST(LoadProfile, Reads_a_file_and_finds_its_members_beside_it) {
  const TempFolder folder;
  auto text = std::string(kTicketShop);
  text.replace(text.find("members ="), text.find("request =") - text.find("members ="),
               "members = { kind = \"file\", path = \"guests.txt\" }\n");
  coupon::test::write_file(folder.file("shop.toml"), text);
  const auto profile = load_profile(folder.file("shop.toml"));
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->name, "shop");
  EXPECT_EQ(profile->members.path, folder.file("guests.txt"));
}

TEST(LoadProfile, Equal_texts_have_equal_hashes_and_others_do_not) {
  const auto hash = [](std::string_view text) { return parse_profile(text, "a.toml").value().sha256; };
  EXPECT_EQ(hash(kTicketShop), hash(kTicketShop));
  EXPECT_NE(hash(kTicketShop), hash(std::string(kTicketShop) + "#"));
}

TEST(LoadProfile, A_name_that_is_neither_built_in_nor_a_file_is_answered_with_what_there_is) {
  const auto wrong = load_profile("fcfs-s1");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, base::Errc::kNotFound);
  EXPECT_THAT(wrong.error().message, HasSubstr("did you mean fcfs-s"));
  EXPECT_THAT(load_profile("/nowhere/at.toml").error().message, HasSubstr("couponsrv, fcfs-s0, fcfs-s2"));
  EXPECT_THAT(load_profile("/tmp").error().message, HasSubstr("is a folder"));
}

TEST(LoadProfile, A_file_beyond_the_bound_is_refused_without_being_parsed) {
  const TempFolder folder;
  coupon::test::write_file(folder.file("big.toml"), std::string(kProfileBytesMax + 1, '#'));
  const auto wrong = load_profile(folder.file("big.toml"));
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("big.toml:1: the profile has more than 65536 bytes"));
}

}  // namespace coupon::load::test
