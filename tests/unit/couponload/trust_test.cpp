// What becomes of a run whose server nobody vouches for.

#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "couponload/burst/burst.hpp"
#include "couponload/burst/instant.hpp"
#include "couponload/burst/reach.hpp"
#include "couponload/flow/flow.hpp"
#include "unit/net_http/tls_server.hpp"

namespace coupon::load::test {

using coupon::test::Authority;
using coupon::test::TakenConnection;
using coupon::test::TlsServer;
using testing::HasSubstr;

namespace {

constexpr std::int64_t kS = 1'000 * kNsPerMs;
constexpr std::uint32_t kConnections = 8;
constexpr const char* kReason = "signed by an authority that is not trusted";

class Trust : public testing::Test {
 protected:
  // The certificate is good, but only the authority of another one is known.
  Trust()
      : server_(std::in_place, server_context(known_.issue("IP:127.0.0.1")),
                [this](TakenConnection& connection) {
                  ++taken_;
                  connection.shake();
                  connection.wait_for_end();
                }),
        distrusting_(context_of(unknown_)),
        trusting_(context_of(known_)) {}

  static net::http::TlsContext context_of(const Authority& authority) {
    return net::http::TlsContext::make({.server_name = {}, .ca_file = authority.file(), .insecure = false}, "127.0.0.1")
        .value();
  }
  [[nodiscard]] Route route(const net::http::TlsContext& context) const {
    return {.server = {boost::asio::ip::address_v4::loopback(), server_->port()}, .sources = {}, .tls = &context};
  }
  [[nodiscard]] RequestTemplate request() const {
    return {couponsrv_profile().request, "C", {.host = "127.0.0.1", .port = server_->port(), .base_path = {}}, {}};
  }
  [[nodiscard]] BurstPlan burst() const {
    return {.route = route(distrusting_),
            .request = request(),
            .members = &members_,
            .prime = {},
            .requests = kConnections,
            .timeout_ns = 20 * kS,
            .open_timeout_ns = 20 * kS};
  }
  // Every connection there was, once the server has ended.
  int taken() {
    server_.reset();
    return taken_;
  }

  Authority known_{"known"};
  Authority unknown_{"unknown"};
  std::atomic<int> taken_{0};
  std::optional<TlsServer> server_;
  net::http::TlsContext distrusting_;
  net::http::TlsContext trusting_;
  MemberSource source_{MemberFormat::parse("m{}").value()};
  Members members_{source_, kConnections, 1, 1};
  RunProgress progress_;
};

}  // namespace

TEST_F(Trust, Refused_ends_a_burst_before_it_is_released_without_a_second_attempt) {
  const auto run = run_burst(burst(), progress_, {});
  EXPECT_FALSE(run.released);
  EXPECT_TRUE(run.trouble.distrusted);
  EXPECT_THAT(run.trouble.first, HasSubstr(kReason));
  EXPECT_LE(taken(), static_cast<int>(kConnections));
}

TEST_F(Trust, Refused_in_a_cold_burst_is_the_reason_that_is_told) {
  auto plan = burst();
  plan.cold = true;
  const auto run = run_burst(plan, progress_, {});
  EXPECT_THAT(run.trouble.first, HasSubstr(kReason));
  for (const auto& shot : run.shots) EXPECT_EQ(shot.fate, Fate::kNotWritten);
}

TEST_F(Trust, Refused_ends_a_flow_before_it_begins_without_a_second_attempt) {
  const FlowPlan plan{.mode = Mode::kClosed,
                      .route = route(distrusting_),
                      .profile = &couponsrv_profile(),
                      .request = request(),
                      .members = source_,
                      .prime = {},
                      .stages = {},
                      .duration_ns = kS,
                      .connections = kConnections,
                      .timeout_ns = 20 * kS,
                      .open_timeout_ns = 20 * kS};
  const auto flow = run_flow(plan, progress_, {});
  EXPECT_FALSE(flow.run.released);
  EXPECT_TRUE(flow.run.trouble.distrusted);
  EXPECT_THAT(flow.run.trouble.first, HasSubstr(kReason));
  EXPECT_LE(taken(), static_cast<int>(kConnections));
}

TEST_F(Trust, Is_tried_with_one_handshake) {
  EXPECT_TRUE(shake_hands(route(trusting_), "https://shop", 20'000));
  const auto refused = shake_hands(route(distrusting_), "https://shop", 20'000);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("cannot connect to https://shop: the server's certificate is"));
  EXPECT_THAT(refused.error().message, HasSubstr(kReason));
}

TEST_F(Trust, Is_not_waited_for_longer_than_allowed) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor silent(io, {boost::asio::ip::address_v4::loopback(), 0});
  auto nowhere = route(trusting_);
  nowhere.server = silent.local_endpoint();
  const auto late = shake_hands(nowhere, "https://shop", 100);
  ASSERT_FALSE(late);
  EXPECT_THAT(late.error().message, HasSubstr("timed out"));
}

}  // namespace coupon::load::test
