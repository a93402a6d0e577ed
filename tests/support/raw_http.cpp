#include "support/raw_http.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace coupon::test {

namespace {

constexpr std::size_t kPieceBytes = 65'536;

[[noreturn]] void throw_errno(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

void wait_for(int socket, short events, const char* what) {
  pollfd waiting{.fd = socket, .events = events, .revents = 0};
  const int ready = ::poll(&waiting, 1, static_cast<int>(RawHttp::kPatience.count()));
  if (ready < 0) throw_errno(what);
  if (ready == 0) throw std::runtime_error(std::string("nothing happened in time while ") + what);
}

void set_option(int socket, int level, int option, int value) {
  if (::setsockopt(socket, level, option, &value, sizeof value) != 0) throw_errno("setsockopt");
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::string RawResponse::header(std::string_view name) const {
  std::string_view rest = head;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(std::min(line.size() + 2, rest.size()));
    const auto colon = line.find(": ");
    if (colon != line.npos && same_name(line.substr(0, colon), name)) return std::string(line.substr(colon + 2));
  }
  return {};
}

RawHttp::RawHttp(std::uint16_t port, int receive_bytes, int socket)
    : socket_(socket >= 0 ? socket : ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (socket_ < 0) throw_errno("socket");
  if (receive_bytes > 0) set_option(socket_, SOL_SOCKET, SO_RCVBUF, receive_bytes);
  set_option(socket_, IPPROTO_TCP, TCP_NODELAY, 1);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof generic);
  if (::connect(socket_, &generic, sizeof generic) != 0) {
    const int error = errno;
    ::close(std::exchange(socket_, -1));
    errno = error;
    throw_errno("connect");
  }
}

RawHttp::~RawHttp() {
  if (socket_ >= 0) ::close(socket_);
}

RawHttp::RawHttp(RawHttp&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}

void RawHttp::send(std::string_view bytes) {
  while (!bytes.empty()) {
    wait_for(socket_, POLLOUT, "sending");
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN) continue;
    if (sent < 0) throw_errno("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool RawHttp::try_send(std::string_view bytes) {
  const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent >= 0 || errno == EAGAIN;
}

void RawHttp::finish_sending() {
  if (::shutdown(socket_, SHUT_WR) != 0) throw_errno("shutdown");
}

bool RawHttp::fill() {
  wait_for(socket_, POLLIN, "receiving");
  const auto before = received_.size();
  received_.resize(before + kPieceBytes);
  const auto count = ::recv(socket_, received_.data() + before, kPieceBytes, 0);
  received_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count < 0 && errno != ECONNRESET) throw_errno("recv");
  return count > 0;
}

RawResponse RawHttp::receive(bool after_head) {
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) throw std::runtime_error("the server closed before a whole header: '" + received_ + "'");
  }
  RawResponse response;
  response.head = received_.substr(0, end + 4);
  response.status = std::stoi(response.head.substr(std::string_view("HTTP/1.1 ").size()));
  received_.erase(0, end + 4);
  const auto length = response.header("Content-Length");
  const std::size_t size = after_head || length.empty() ? 0 : std::stoul(length);
  while (received_.size() < size) {
    if (!fill()) throw std::runtime_error("the server closed before a whole body");
  }
  response.body = received_.substr(0, size);
  received_.erase(0, size);
  return response;
}

std::string RawHttp::receive_all() {
  while (fill()) {
  }
  return std::exchange(received_, {});
}

bool RawHttp::readable() const {
  pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
  return !received_.empty() || ::poll(&waiting, 1, 0) > 0;
}

std::string raw_request(std::string_view method, std::string_view target, std::string_view body,
                        std::string_view more_fields) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: test\r\n").append(more_fields);
  if (!body.empty()) text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return text.append("\r\n").append(body);
}

}  // namespace coupon::test
