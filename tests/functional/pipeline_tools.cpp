#include "functional/pipeline_tools.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "support/process.hpp"

namespace coupon::test {

std::string endpoint(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

std::vector<std::string> mariadb(std::uint16_t port, const std::string& statements) {
  return {"mariadb",
          "--no-defaults",
          "--host=127.0.0.1",
          "--port=" + std::to_string(port),
          "--user=root",
          "--connect-timeout=50",
          "--skip-column-names",
          "--batch",
          "--execute=" + statements};
}

std::string output_of(std::vector<std::string> command) {
  const auto what = command.front() + " … " + command.back();
  auto done = run(std::move(command));
  EXPECT_EQ(done.code, 0) << what << ": " << done.err << done.out;
  while (done.out.ends_with('\n')) done.out.pop_back();
  return done.out;
}

std::uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  const bool bound = bind(probe, plain, size) == 0 && getsockname(probe, plain, &size) == 0;
  close(probe);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

}  // namespace coupon::test
