// The client over TLS: it talks to the server whose certificate is for the host it wants, or to nobody.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "integration/redis_server.hpp"

namespace coupon::test {
namespace {

using net::redis::Client;
using ::testing::HasSubstr;

// An authority NAME.pem, and a server's certificate of it.
class Authority {
 public:
  explicit Authority(const std::string& server_names) {
    make({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
          "/CN=an authority", "-keyout", file("ca.key"), "-out", file("ca.pem")});
    make({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=redis", "-keyout",
          file("server.key"), "-out", file("server.csr")});
    write_file(file("names"), "subjectAltName=" + server_names + "\n");
    make({"x509", "-req", "-in", file("server.csr"), "-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial",
          "-days", "2", "-extfile", file("names"), "-out", file("server.pem")});
  }
  [[nodiscard]] std::string file(std::string_view name) const { return folder_.file(name); }

 private:
  static void make(std::vector<std::string> command) {
    command.insert(command.begin(), "openssl");
    const auto done = run(command);
    if (done.code != 0) throw std::runtime_error(done.err);
  }
  TempFolder folder_;
};

class RedisTls : public ::testing::Test {
 protected:
  // The port that the script gives becomes the encrypted one's neighbour: TLS takes any free one above it.
  static std::uint16_t enable(RedisServer& server, const Authority& authority, RedisSide& side) {
    Client admin(side.loop, server.config(), side.metrics);
    call(admin, {"CONFIG", "SET", "tls-cert-file", authority.file("server.pem"), "tls-key-file",
                 authority.file("server.key"), "tls-ca-cert-file", authority.file("ca.pem"), "tls-auth-clients", "no"});
    for (std::uint16_t port = server.config().port; port < UINT16_MAX;) {
      if (try_call(admin, {"CONFIG", "SET", "tls-port", std::to_string(++port)})) return port;
    }
    throw std::runtime_error("no free port");
  }
  base::Result<Reply> ping(const std::string& host, const std::string& ca) {
    net::redis::Config config;
    config.host = host;
    config.port = port_;
    config.tls = true;
    config.tls_ca = ca;
    Client client(side_.loop, config, side_.metrics);
    return try_call(client, {"PING"});
  }
  Authority authority_{"DNS:localhost"};
  RedisServer server_;
  RedisSide side_;
  std::uint16_t port_ = enable(server_, authority_, side_);
};

TEST_F(RedisTls, The_right_authority_and_name_connect) {
  const auto reply = ping("localhost", authority_.file("ca.pem"));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->view().text(), "PONG");
}

TEST_F(RedisTls, Another_authority_is_refused) {
  const Authority other("DNS:localhost");
  const auto reply = ping("localhost", other.file("ca.pem"));
  ASSERT_FALSE(reply);
  EXPECT_FALSE(reply.error().retryable);
  EXPECT_THAT(reply.error().message, HasSubstr("certificate verify failed"));
  EXPECT_THAT(reply.error().message, HasSubstr("check the file of trusted certificates"));
}

TEST_F(RedisTls, Without_a_file_the_systems_authorities_decide) {
  const auto reply = ping("localhost", "");
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().message, HasSubstr("certificate verify failed"));
}

TEST_F(RedisTls, A_certificate_for_another_host_is_refused) {
  const auto reply = ping("127.0.0.1", authority_.file("ca.pem"));
  ASSERT_FALSE(reply);
  EXPECT_FALSE(reply.error().retryable);
  EXPECT_THAT(reply.error().message, HasSubstr("certificate verify failed"));
}

TEST_F(RedisTls, A_file_that_is_not_there_is_said) {
  const auto reply = ping("localhost", "/nowhere/ca.pem");
  ASSERT_FALSE(reply);
  EXPECT_FALSE(reply.error().retryable) << reply.error().message;
}

TEST_F(RedisTls, Large_replies_and_pipelines_go_through) {
  net::redis::Config config;
  config.host = "localhost";
  config.port = port_;
  config.tls = true;
  config.tls_ca = authority_.file("ca.pem");
  Client client(side_.loop, config, side_.metrics);
  const std::string large(1'000'000, 'x');
  for (int i = 0; i < 10; ++i) ASSERT_EQ(ask(client, {"ECHO", large}), large);
  server_.kill();
  const auto gone = try_call(client, {"PING"});
  EXPECT_FALSE(gone);
}

TEST_F(RedisTls, Talking_plainly_to_an_encrypted_port_is_an_error_in_time) {
  net::redis::Config config;
  config.port = port_;
  config.connect_timeout_ms = 5'000;
  Client client(side_.loop, config, side_.metrics);
  EXPECT_FALSE(try_call(client, {"PING"}));
}

}  // namespace
}  // namespace coupon::test
