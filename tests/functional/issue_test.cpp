// What a member and an operator see over HTTP.

#include <gtest/gtest.h>

#include "functional/programs.hpp"

namespace coupon::test {

namespace {

RawResponse create(const Service& service, const std::string& body) { return service.post("/api/v1/coupons", body); }

RawResponse init(const Service& service, const std::string& query) {
  return service.post("/api/v1/coupons/stock/init?" + query, "");
}

nlohmann::json stock(const Service& service, const std::string& code) {
  return json_of(service.get("/api/v1/coupons/stock/" + code))["data"];
}

}  // namespace

TEST(Issue, gives_each_member_one_place_and_refuses_when_sold_out) {
  Shop shop(2);
  Service service(shop.folder.path());
  const auto first = service.issue("FLASH100", "a");
  ASSERT_EQ(first.status, 200) << first.body;
  const auto data = json_of(first)["data"];
  EXPECT_EQ(data["couponCode"], "FLASH100");
  EXPECT_EQ(data["memberId"], "a");
  EXPECT_EQ(data["rank"], 1);
  EXPECT_EQ(data["status"], "ISSUED");
  EXPECT_EQ(data["issueId"].get<std::string>().size(), 26U);
  EXPECT_EQ(json_of(service.issue("FLASH100", "b"))["data"]["rank"], 2);
  const auto third = service.issue("FLASH100", "c");
  EXPECT_EQ(third.status, 409);
  EXPECT_EQ(error_code(third), "COUPON-003");
}

TEST(Issue, second_ask_of_a_member_carries_the_grant_even_when_sold_out) {
  Shop shop(1);
  Service service(shop.folder.path());
  const auto mine = json_of(service.issue("FLASH100", "a"))["data"];
  const auto again = service.issue("FLASH100", "a");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(error_code(again), "COUPON-002");
  EXPECT_EQ(json_of(again)["data"], mine);
}

TEST(Issue, same_idempotency_key_gets_the_same_success_and_another_key_does_not) {
  Shop shop(5);
  Service service(shop.folder.path());
  const auto first = service.issue("FLASH100", "a", {"Idempotency-Key: k1"});
  const auto same = service.issue("FLASH100", "a", {"Idempotency-Key: k1"});
  EXPECT_EQ(same.status, 200);
  EXPECT_EQ(json_of(same)["data"], json_of(first)["data"]);
  EXPECT_EQ(service.issue("FLASH100", "a", {"Idempotency-Key: k2"}).status, 409);
  EXPECT_EQ(service.issue("FLASH100", "a").status, 409);
}

TEST(Issue, idempotency_key_survives_a_restart) {
  Shop shop(5);
  std::string id;
  {
    Service service(shop.folder.path());
    id = json_of(service.issue("FLASH100", "a", {"Idempotency-Key: k1"}))["data"]["issueId"];
    EXPECT_EQ(service.stop(), 0);
  }
  Service service(shop.folder.path());
  const auto same = service.issue("FLASH100", "a", {"Idempotency-Key: k1"});
  EXPECT_EQ(same.status, 200);
  EXPECT_EQ(json_of(same)["data"]["issueId"], id);
}

TEST(Issue, member_ids_differ_in_case) {
  Shop shop(5);
  Service service(shop.folder.path());
  EXPECT_EQ(service.issue("FLASH100", "Anna").status, 200);
  EXPECT_EQ(service.issue("FLASH100", "anna").status, 200);
}

TEST(Issue, unknown_coupon_is_404_and_an_unseeded_one_503) {
  Shop shop(5);
  Service service(shop.folder.path());
  const auto unknown = service.issue("NOPE", "a");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(error_code(unknown), "COUPON-001");
  ASSERT_EQ(create(service, R"({"couponCode":"NEW","quantity":3})").status, 201);
  const auto unseeded = service.issue("NEW", "a");
  EXPECT_EQ(unseeded.status, 503);
  EXPECT_EQ(error_code(unseeded), "COUPON-008");
  EXPECT_EQ(unseeded.header("Retry-After"), "1");
  EXPECT_EQ(stock(service, "NEW")["status"], "NOT_SEEDED");
}

TEST(Issue, before_and_after_its_window_is_refused_with_the_instant) {
  TempFolder folder;
  Service service(folder.path());
  ASSERT_EQ(create(service, R"({"couponCode":"LATER","quantity":3,"opensAt":"2999-01-01T00:00:00Z"})").status, 201);
  ASSERT_EQ(create(service, R"({"couponCode":"PAST","quantity":3,"endsAt":"2020-01-01T00:00:00Z"})").status, 201);
  ASSERT_EQ(init(service, "couponCode=LATER").status, 200);
  ASSERT_EQ(init(service, "couponCode=PAST").status, 200);
  const auto early = service.issue("LATER", "a");
  EXPECT_EQ(early.status, 409);
  EXPECT_EQ(error_code(early), "COUPON-004");
  EXPECT_EQ(json_of(early)["data"]["opensAt"], "2999-01-01T00:00:00.000Z");
  const auto late = service.issue("PAST", "a");
  EXPECT_EQ(late.status, 410);
  EXPECT_EQ(error_code(late), "COUPON-005");
}

TEST(Issue, pause_resume_top_up_and_close_take_effect_with_the_next_request) {
  Shop shop(1);
  Service service(shop.folder.path());
  EXPECT_EQ(service.issue("FLASH100", "a").status, 200);
  EXPECT_EQ(service.issue("FLASH100", "b").status, 409);
  ASSERT_EQ(ctl(shop.store, {"stock", "top-up", "FLASH100", "--by", "2"}).code, 0);
  EXPECT_EQ(service.issue("FLASH100", "b").status, 200);
  ASSERT_EQ(ctl(shop.store, {"coupon", "pause", "FLASH100"}).code, 0);
  EXPECT_EQ(error_code(service.issue("FLASH100", "c")), "COUPON-006");
  EXPECT_EQ(error_code(service.issue("FLASH100", "a")), "COUPON-002");
  ASSERT_EQ(ctl(shop.store, {"coupon", "resume", "FLASH100"}).code, 0);
  EXPECT_EQ(service.issue("FLASH100", "c").status, 200);
  ASSERT_EQ(ctl(shop.store, {"coupon", "close", "FLASH100"}).code, 0);
  EXPECT_EQ(error_code(service.issue("FLASH100", "d")), "COUPON-005");
}

TEST(Stock, tells_quota_remaining_issued_and_recorded) {
  Shop shop(3);
  Service service(shop.folder.path());
  ASSERT_EQ(service.issue("FLASH100", "a").status, 200);
  EXPECT_TRUE(eventually([&] { return stock(service, "FLASH100")["recorded"] == 1; }));
  const auto now = stock(service, "FLASH100");
  EXPECT_EQ(now["quota"], 3);
  EXPECT_EQ(now["remaining"], 2);
  EXPECT_EQ(now["issued"], 1);
  EXPECT_EQ(now["pending"], 0);
  EXPECT_EQ(now["status"], "OPEN");
}

TEST(Stock, init_changes_the_quota_but_never_below_what_is_held) {
  Shop shop(3);
  Service service(shop.folder.path());
  ASSERT_EQ(service.issue("FLASH100", "a").status, 200);
  ASSERT_EQ(service.issue("FLASH100", "b").status, 200);
  const auto less = json_of(init(service, "couponCode=FLASH100&quantity=1"))["data"];
  EXPECT_EQ(less["quota"], 2);
  EXPECT_EQ(less["remaining"], 0);
  const auto more = json_of(init(service, "couponCode=FLASH100&quantity=10"))["data"];
  EXPECT_EQ(more["quota"], 10);
  EXPECT_EQ(more["remaining"], 8);
}

TEST(Member, sees_its_grant_and_whether_the_ledger_has_it) {
  Shop shop(3);
  Service service(shop.folder.path());
  const auto id = json_of(service.issue("FLASH100", "a"))["data"]["issueId"];
  const auto look = [&] { return json_of(service.get("/api/v1/coupons/FLASH100/issues/a"))["data"]; };
  EXPECT_TRUE(eventually([&] { return look()["recorded"] == true; }));
  EXPECT_EQ(look()["issueId"], id);
  const auto nobody = service.get("/api/v1/coupons/FLASH100/issues/z");
  EXPECT_EQ(nobody.status, 404);
  EXPECT_EQ(error_code(nobody), "COUPON-007");
  EXPECT_EQ(error_code(service.get("/api/v1/coupons/NOPE/issues/z")), "COUPON-001");
}

TEST(Coupon, is_created_shown_and_deleted_for_good) {
  TempFolder folder;
  Service service(folder.path());
  const auto made = create(
      service,
      R"({"couponCode":"A-1","title":"Fr\u00fchling \"26\"","quantity":7,"opensAt":"2026-01-01T09:00:00+09:00"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto shown = json_of(service.get("/api/v1/coupons/A-1"))["data"];
  EXPECT_EQ(shown["title"], "Fr\xC3\xBChling \"26\"");
  EXPECT_EQ(shown["quota"], 7);
  EXPECT_EQ(shown["opensAt"], "2026-01-01T00:00:00.000Z");
  EXPECT_TRUE(shown["endsAt"].is_null());
  EXPECT_EQ(create(service, R"({"couponCode":"A-1","quantity":7})").status, 409);
  EXPECT_EQ(http_call(service.port(), "DELETE", "/api/v1/coupons/A-1").status, 200);
  EXPECT_EQ(service.get("/api/v1/coupons/A-1").status, 404);
  EXPECT_EQ(service.issue("A-1", "a").status, 404);
  EXPECT_EQ(create(service, R"({"couponCode":"A-1","quantity":7})").status, 409);
}

TEST(Admin, calls_need_the_token_when_there_is_one) {
  TempFolder folder;
  write_file(folder.file("token"), "s3cret\n");
  Service service(folder.path(), {"--admin-token-file", folder.file("token")});
  const std::string body = R"({"couponCode":"A","quantity":1})";
  const auto without = service.post("/api/v1/coupons", body);
  EXPECT_EQ(without.status, 401);
  EXPECT_EQ(without.header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(service.post("/api/v1/coupons", body, {"Authorization: Bearer wrong"}).status, 403);
  EXPECT_EQ(service.post("/api/v1/coupons", body, {"Authorization: Bearer s3cret"}).status, 201);
  EXPECT_EQ(http_call(service.port(), "DELETE", "/api/v1/coupons/A").status, 401);
  EXPECT_EQ(init(service, "couponCode=A").status, 401);
  EXPECT_EQ(service.get("/api/v1/coupons/A").status, 200);
  EXPECT_EQ(service.process().err().find("s3cret"), std::string::npos);
}

TEST(Reset, forgets_every_grant_and_issues_anew) {
  Shop shop(1);
  Service service(shop.folder.path(), {"--allow-reset"});
  ASSERT_EQ(service.issue("FLASH100", "a").status, 200);
  EXPECT_EQ(error_code(service.issue("FLASH100", "b")), "COUPON-003");
  ASSERT_EQ(service.post("/api/test/reset", "").status, 200);
  EXPECT_EQ(stock(service, "FLASH100")["remaining"], 1);
  EXPECT_EQ(service.issue("FLASH100", "b").status, 200);
  EXPECT_EQ(error_code(service.issue("FLASH100", "a")), "COUPON-003");
  EXPECT_EQ(ctl(shop.store, {"reconcile"}).code, 0);
}

TEST(Operation, health_readiness_metrics_and_openapi_answer) {
  Shop shop(1);
  Service service(shop.folder.path());
  EXPECT_EQ(service.get("/healthz").status, 200);
  const auto ready = service.get("/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(json_of(ready)["data"]["ready"], true);
  const auto metrics = service.get("/metrics");
  EXPECT_EQ(metrics.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(metrics.body.find("# TYPE issue_answers_total counter"), std::string::npos);
  const auto api = json_of(service.get("/openapi.json"));
  EXPECT_EQ(api["openapi"], "3.1.0");
  EXPECT_TRUE(api["paths"].contains("/api/v1/coupons/issue"));
  EXPECT_EQ(http_call(service.port(), "DELETE", "/healthz").header("Allow"), "GET, HEAD");
  RawHttp raw(service.port());
  raw.send(raw_request("HEAD", "/nothing"));
  EXPECT_EQ(raw.receive(/*after_head=*/true).status, 404);
}

}  // namespace coupon::test
