// Requests that hide another one, which would issue a coupon to the member "smuggled". smuggling/NAME.refused.http must
// be refused and its connection closed; NAME.single.http is one request with a body, however odd.

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <stdexcept>
#include <string>
#include <vector>

#include "doors/dice.hpp"
#include "doors/http_answers.hpp"
#include "doors/nginx.hpp"
#include "functional/programs.hpp"

namespace coupon::test {

namespace {

constexpr const char* kSold = "FLASH100";
constexpr std::size_t kAttacksMin = 100;

struct Attack {
  std::string name;
  std::string bytes;
  bool refused;
};

std::vector<Attack> attacks() {
  std::vector<Attack> all;
  for (const auto& file : std::filesystem::directory_iterator(COUPON_SMUGGLING_FOLDER)) {
    if (file.path().extension() != ".http") continue;
    const auto name = file.path().stem().string();
    all.push_back({name, read_file(file.path()), name.ends_with(".refused")});
  }
  std::ranges::sort(all, {}, &Attack::name);
  EXPECT_GE(all.size(), kAttacksMin);
  return all;
}

// All that comes back until the other side closes.
std::string send_and_hear(std::uint16_t port, const std::string& bytes) {
  RawHttp connection(port);
  connection.send(bytes);
  connection.finish_sending();
  return connection.receive_all();
}

void expect_nothing_for_smuggled(const Service& service) {
  const auto found = service.get(std::string("/api/v1/coupons/") + kSold + "/issues/smuggled");
  EXPECT_EQ(found.status, 404) << found.body;
}

void expect_own_answer(std::uint16_t port, const std::string& member) {
  const auto answer =
      http_call(port, "POST", "/api/v1/coupons/issue", issue_body(kSold, member), {"Idempotency-Key: " + member});
  EXPECT_EQ(answer.status, 200) << answer.body;
  const auto json = json_of(answer);
  EXPECT_TRUE(json.is_object() && json["data"].value("memberId", "") == member) << answer.body;
}

class Smuggling : public testing::Test {
 protected:
  Shop shop_{100'000, kSold};
  Service service_{shop_.folder.path()};
};

}  // namespace

TEST_F(Smuggling, of_a_request_is_answered_at_most_once_and_issues_nothing) {
  for (const auto& attack : attacks()) {
    SCOPED_TRACE(attack.name + ":\n" + visible(attack.bytes));
    const auto answers = read_answers(send_and_hear(service_.port(), attack.bytes));
    EXPECT_EQ(answers.problem, "");
    ASSERT_EQ(answers.all.size(), 1U);
    const auto& answer = answers.all.front();
    EXPECT_TRUE(answer.status < 500 || answer.status == 505) << answer.body;
    if (attack.refused) {
      EXPECT_GE(answer.status, 400) << answer.body;
      EXPECT_TRUE(answer.closes);
    }
    expect_nothing_for_smuggled(service_);
  }
  EXPECT_EQ(service_.stop(), 0);
}

TEST_F(Smuggling, of_a_request_through_nginx_leaves_the_next_client_its_own_answer) {
  if (!Nginx::is_there()) GTEST_SKIP() << "nginx is not installed: apt-get install nginx-light";
  Nginx nginx(shop_.folder.path(), service_.port());
  int number = 0;
  for (const auto port : {nginx.strict_port(), nginx.lax_port()}) {
    for (const auto& attack : attacks()) {
      SCOPED_TRACE(attack.name + (port == nginx.lax_port() ? ", lax:\n" : ", strict:\n") + visible(attack.bytes));
      EXPECT_NE(send_and_hear(port, attack.bytes), "");
      expect_own_answer(port, ++number % 2 == 0 ? "victim" : "another-victim");
      expect_nothing_for_smuggled(service_);
    }
  }
  EXPECT_EQ(nginx.stop(), 0);
  EXPECT_EQ(service_.stop(), 0);
}

}  // namespace coupon::test
