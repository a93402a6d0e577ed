// Clients that are slow, and more of them than there is room for.

#include <gtest/gtest.h>

#include "functional/programs.hpp"

namespace coupon::test {

TEST(SlowClient, that_never_ends_its_header_is_told_408_and_cut) {
  Shop shop(1);
  Service service(shop.folder.path(), {"--header-timeout", "200ms"});
  RawHttp slow(service.port());
  slow.send("POST /api/v1/coupons/issue HTTP/1.1\r\nHost: a\r\nX-Slow: ");
  EXPECT_EQ(slow.receive().status, 408);
  EXPECT_TRUE(slow.is_closed());
  EXPECT_EQ(service.issue("FLASH100", "a").status, 200);
}

TEST(SlowClient, that_never_ends_its_body_is_told_408_and_reaches_no_engine) {
  Shop shop(1);
  Service service(shop.folder.path(), {"--body-timeout", "200ms"});
  RawHttp slow(service.port());
  slow.send(
      "POST /api/v1/coupons/issue HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
      "60\r\n\r\n{");
  EXPECT_EQ(slow.receive().status, 408);
  EXPECT_TRUE(slow.is_closed());
  EXPECT_EQ(service.metric("gate_issue_calls_total"), 0);
}

TEST(SlowClient, that_says_nothing_at_all_is_closed_after_the_idle_timeout) {
  Shop shop(1);
  Service service(shop.folder.path(), {"--idle-timeout", "200ms", "--header-timeout", "200ms"});
  RawHttp idle(service.port());
  EXPECT_EQ(idle.ask(raw_request("GET", "/healthz")).status, 200);
  EXPECT_TRUE(idle.is_closed());
}

TEST(ConnectionLimit, answers_503_with_retry_after_and_lets_in_again_when_there_is_room) {
  Shop shop(1);
  Service service(shop.folder.path(), {"--connections", "5", "--threads", "1"});
  std::vector<RawHttp> inside;
  for (int i = 0; i < 5; ++i) {
    inside.emplace_back(service.port());
    EXPECT_EQ(inside.back().ask(raw_request("GET", "/healthz")).status, 200);
  }
  {
    RawHttp outside(service.port());
    const auto refused = outside.receive();
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("Retry-After"), "1");
    EXPECT_TRUE(outside.is_closed());
  }
  inside.pop_back();
  EXPECT_TRUE(eventually([&] { return http_call(service.port(), "GET", "/healthz").status == 200; }));
}

}  // namespace coupon::test
