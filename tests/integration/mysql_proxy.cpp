#include "integration/mysql_proxy.hpp"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace coupon::test {

namespace {

constexpr std::size_t kChunk = 64 * 1024;
constexpr std::size_t kLong = 8 * 1024;  // no answer but one of many rows
constexpr int kPollMs = 20;
// The command byte of a query, and its text.
constexpr std::string_view kCommit =
    "\x03"
    "COMMIT";

int make_socket() {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) throw std::runtime_error("no socket");
  return made;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

MysqlProxy::MysqlProxy(std::uint16_t server) : server_port_(server), listener_(make_socket()) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, raw, size) != 0 || listen(listener_, SOMAXCONN) != 0 || getsockname(listener_, raw, &size) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { loop(); });
}

MysqlProxy::~MysqlProxy() {
  ending_ = true;
  thread_.join();
  for (const auto& pair : pairs_) {
    close(pair.client);
    close(pair.server);
  }
  close(listener_);
}

void MysqlProxy::accept_one() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = make_socket();
  const auto address = loopback(server_port_);
  if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(client);
    close(server);
    return;
  }
  pairs_.push_back({client, server});
}

bool MysqlProxy::forward(Pair& pair, bool from_client) {
  std::array<char, kChunk> buffer{};
  const auto got = recv(from_client ? pair.client : pair.server, buffer.data(), buffer.size(), 0);
  if (got > 0) {
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    bool cut = !from_client && pair.swallow;
    if (!from_client && cut_ == Cut::kInsideAnswer && bytes.size() >= kLong) {
      cut_ = Cut::kNone;
      // What came so far arrives, and then nothing.
      cut = send_all(pair.client, bytes);
    }
    if (from_client && (cut_ == Cut::kBeforeCommit || cut_ == Cut::kAfterCommit) &&
        bytes.find(kCommit) != std::string_view::npos) {
      const auto how = cut_.exchange(Cut::kNone);
      cut = how == Cut::kBeforeCommit;
      pair.swallow = how == Cut::kAfterCommit;
    }
    if (!cut && send_all(from_client ? pair.server : pair.client, bytes)) return true;
  }
  close(pair.client);
  close(pair.server);
  return false;
}

void MysqlProxy::loop() {
  while (!ending_) {
    std::vector<pollfd> wanted{{listener_, POLLIN, 0}};
    for (const auto& pair : pairs_) {
      wanted.push_back({pair.client, POLLIN, 0});
      wanted.push_back({pair.server, POLLIN, 0});
    }
    if (poll(wanted.data(), wanted.size(), kPollMs) <= 0) continue;
    std::vector<Pair> open;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      auto& pair = pairs_[i];
      if (wanted[2 * i + 1].revents != 0 && !forward(pair, true)) continue;
      if (wanted[2 * i + 2].revents != 0 && !forward(pair, false)) continue;
      open.push_back(pair);
    }
    pairs_ = std::move(open);
    if (wanted[0].revents != 0) accept_one();
  }
}

}  // namespace coupon::test
