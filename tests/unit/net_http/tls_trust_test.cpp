// Who is believed to be the server, and what is said when nobody is.

#include <fstream>
#include <gmock/gmock.h>

#include "tls_pair.hpp"

namespace coupon::test {
namespace {

using net::http::TlsContext;
using net::http::TlsSettings;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using State = net::http::TlsFilter::State;

struct Outcome {
  State state;
  std::string reason;
  std::string server_name;
  bool peer_open;
};

Outcome meet(const TlsSettings& settings, const std::string& host, const std::shared_ptr<SSL_CTX>& server) {
  const auto context = TlsContext::make(settings, host);
  if (!context) throw std::runtime_error(context.error().message);
  TlsPair pair(*context, server);
  const auto state = pair.shake();
  return {state, pair.filter.reason(), pair.peer.server_name(), pair.peer.open()};
}

class TlsTrust : public ::testing::Test {
 protected:
  [[nodiscard]] Outcome meet_at(const std::string& host, const Certificate& certificate) const {
    return meet(trusting_, host, server_context(certificate));
  }
  void expect_insecure_accepts(const Certificate& certificate) const {
    const auto outcome =
        meet({.server_name = {}, .ca_file = {}, .insecure = true}, "shop", server_context(certificate));
    EXPECT_EQ(outcome.state, State::kOpen) << outcome.reason;
    EXPECT_TRUE(outcome.peer_open);
  }
  Authority authority_;
  TlsSettings trusting_{.server_name = {}, .ca_file = authority_.file(), .insecure = false};
};

TEST_F(TlsTrust, A_certificate_for_another_name_is_refused_and_the_names_are_shown) {
  const auto certificate = authority_.issue("DNS:shop.example,DNS:www.shop.example");
  const auto outcome = meet_at("localhost", certificate);
  EXPECT_EQ(outcome.state, State::kFailed);
  EXPECT_THAT(outcome.reason, AllOf(HasSubstr("DNS:shop.example, DNS:www.shop.example"), HasSubstr("not for localhost"),
                                    HasSubstr("--server-name"), HasSubstr("--insecure")));
  EXPECT_FALSE(outcome.peer_open);
  expect_insecure_accepts(certificate);
}

TEST_F(TlsTrust, A_server_name_replaces_that_of_the_URL) {
  trusting_.server_name = "shop.example";
  const auto outcome = meet_at("127.0.0.1", authority_.issue("DNS:shop.example"));
  EXPECT_EQ(outcome.state, State::kOpen) << outcome.reason;
  EXPECT_EQ(outcome.server_name, "shop.example");
}

TEST_F(TlsTrust, A_wildcard_is_for_one_label) {
  const auto certificate = authority_.issue("DNS:*.shop.example");
  EXPECT_EQ(meet_at("www.shop.example", certificate).state, State::kOpen);
  EXPECT_EQ(meet_at("a.b.shop.example", certificate).state, State::kFailed);
}

TEST_F(TlsTrust, An_address_must_be_in_the_certificate_as_an_address) {
  const auto outcome = meet_at("127.0.0.1", authority_.issue("IP:127.0.0.1"));
  EXPECT_EQ(outcome.state, State::kOpen) << outcome.reason;
  EXPECT_EQ(outcome.server_name, "");
  EXPECT_EQ(meet_at("::1", authority_.issue("IP:::1")).state, State::kOpen);
  for (const auto* names : {"IP:127.0.0.2", "DNS:127.0.0.1", "DNS:localhost"}) {
    const auto refused = meet_at("127.0.0.1", authority_.issue(names));
    EXPECT_EQ(refused.state, State::kFailed) << names;
    EXPECT_THAT(refused.reason, HasSubstr("not for 127.0.0.1"));
  }
}

TEST_F(TlsTrust, An_expired_certificate_is_refused) {
  const auto certificate = authority_.issue("DNS:localhost", -10, -1);
  const auto outcome = meet_at("localhost", certificate);
  EXPECT_EQ(outcome.state, State::kFailed);
  EXPECT_THAT(outcome.reason, AllOf(HasSubstr("expired"), HasSubstr("renew"), HasSubstr("--insecure")));
  expect_insecure_accepts(certificate);
}

TEST_F(TlsTrust, A_certificate_of_the_future_is_refused) {
  const auto outcome = meet_at("localhost", authority_.issue("DNS:localhost", 1, 2));
  EXPECT_EQ(outcome.state, State::kFailed);
  EXPECT_THAT(outcome.reason, HasSubstr("not yet valid"));
}

TEST_F(TlsTrust, Another_authority_is_refused_and_named) {
  const Authority other("some other authority");
  const auto outcome = meet_at("localhost", other.issue("DNS:localhost"));
  EXPECT_EQ(outcome.state, State::kFailed);
  EXPECT_THAT(outcome.reason,
              AllOf(HasSubstr("some other authority"), HasSubstr("--cacert FILE"), HasSubstr("--insecure")));
  EXPECT_FALSE(outcome.peer_open);
  expect_insecure_accepts(other.issue("DNS:localhost"));
}

TEST_F(TlsTrust, Without_a_file_the_systems_authorities_decide) {
  trusting_.ca_file.clear();
  const auto outcome = meet_at("localhost", authority_.issue("DNS:localhost"));
  EXPECT_EQ(outcome.state, State::kFailed);
  EXPECT_THAT(outcome.reason, HasSubstr("--cacert FILE"));
}

TEST_F(TlsTrust, A_file_that_is_no_certificate_is_an_error_with_its_name) {
  const TempFolder folder;
  std::ofstream(folder.file("empty.pem")).flush();
  std::ofstream(folder.file("text.pem")) << "hello\n";
  for (const auto& file : {std::string("/nowhere/ca.pem"), folder.file("empty.pem"), folder.file("text.pem")}) {
    const auto context = TlsContext::make({.server_name = {}, .ca_file = file, .insecure = false}, "localhost");
    ASSERT_FALSE(context) << file;
    EXPECT_EQ(context.error().code, base::Errc::kInvalid);
    EXPECT_THAT(context.error().message, HasSubstr(file));
  }
}

TEST_F(TlsTrust, A_server_that_wants_a_clients_certificate_is_understood) {
  const auto server =
      server_context(authority_.issue("DNS:localhost"), {.version = TLS1_3_VERSION, .wants_client_certificate = true});
  const auto outcome = meet(trusting_, "localhost", server);
  EXPECT_EQ(outcome.state, State::kFailed);
  EXPECT_THAT(outcome.reason, HasSubstr("client's certificate"));
}

TEST_F(TlsTrust, An_old_version_is_refused) {
  const auto server =
      server_context(authority_.issue("DNS:localhost"), {.version = TLS1_1_VERSION, .wants_client_certificate = false});
  const auto outcome = meet({.server_name = {}, .ca_file = {}, .insecure = true}, "localhost", server);
  EXPECT_EQ(outcome.state, State::kFailed);
  EXPECT_THAT(outcome.reason, HasSubstr("the server refused TLS"));
}

TEST_F(TlsTrust, A_server_that_speaks_plainly_is_told_apart_from_a_broken_one) {
  const auto context = TlsContext::make(trusting_, "localhost").value();
  for (const auto* plain : {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n", "H", "\n"}) {
    TlsPair pair(context, server_context(authority_.issue("DNS:localhost")));
    std::string to_send;
    ASSERT_EQ(pair.filter.start(to_send), State::kHandshaking);
    EXPECT_EQ(pair.give(plain), State::kFailed);
    EXPECT_THAT(pair.filter.reason(), HasSubstr("the server does not speak TLS"));
  }
}

TEST_F(TlsTrust, Garbage_in_the_shape_of_a_record_is_refused) {
  const auto context = TlsContext::make(trusting_, "localhost").value();
  for (const auto& garbage : {std::string("\x16\x03\x03\xff\xff", 5), std::string("\x16\x02\x03\x00\x05hello", 10),
                              std::string("\x16\x03\x03\x00\x05hello", 10), std::string("\x15\x03\x03\x00\x00", 5)}) {
    TlsPair pair(context, server_context(authority_.issue("DNS:localhost")));
    std::string to_send;
    ASSERT_EQ(pair.filter.start(to_send), State::kHandshaking);
    EXPECT_EQ(pair.give(garbage), State::kFailed);
    EXPECT_THAT(pair.filter.reason(), AllOf(HasSubstr("no valid TLS"), Not(HasSubstr("no reason given"))));
  }
}

TEST_F(TlsTrust, A_server_that_answers_nothing_at_all_may_not_speak_TLS) {
  const auto context = TlsContext::make(trusting_, "localhost").value();
  TlsPair pair(context, server_context(authority_.issue("DNS:localhost")));
  std::string to_send;
  ASSERT_EQ(pair.filter.start(to_send), State::kHandshaking);
  EXPECT_EQ(pair.filter.end(), State::kFailed);
  EXPECT_THAT(pair.filter.reason(), HasSubstr("does it speak TLS"));
}

}  // namespace
}  // namespace coupon::test
