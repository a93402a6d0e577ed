#include "support/lying_server.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <condition_variable>
#include <fmt/core.h>
#include <mutex>
#include <optional>
#include <sys/resource.h>
#include <thread>

#include "support/lying_server_delay.hpp"
#include "support/lying_server_shop.hpp"

namespace coupon::test {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

constexpr int kBacklog = 4096;
constexpr std::size_t kHugeBytes = 300 * 1024;

std::int64_t ns_of(SteadyClock::duration duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

// The value of a string field in a flat JSON object.
std::string field(const std::string& json, const std::string& name) {
  const auto key = '"' + name + "\":\"";
  const auto begin = json.find(key);
  if (begin == std::string::npos) return {};
  const auto from = begin + key.size();
  return json.substr(from, json.find('"', from) - from);
}

}  // namespace

struct LyingServer::Impl {
  Impl(std::int64_t quota, const Lies& the_lies)
      : lies(the_lies), shop(quota, lies), latency(lies.latency), acceptor(io), accept_timer(io) {
    acceptor.open(tcp::v4());
    acceptor.bind({asio::ip::address_v4::loopback(), 0});
    acceptor.listen(kBacklog);
  }

  struct Session : std::enable_shared_from_this<Session> {
    Session(tcp::socket the_socket, Impl& the_owner) : socket(std::move(the_socket)), owner(the_owner) {}

    void read() {
      socket.async_read_some(asio::buffer(scratch), [self = shared_from_this()](ErrorCode error, std::size_t size) {
        if (error) return;
        self->input.append(self->scratch.data(), size);
        self->serve();
      });
    }

    void serve() {
      const auto head_end = input.find("\r\n\r\n");
      if (head_end == std::string::npos) return read();
      const auto length_at = input.find("Content-Length: ");
      const auto length = length_at < head_end ? std::stoul(input.substr(length_at + 16)) : 0;
      if (input.size() < head_end + 4 + length) return read();
      auto request = std::exchange(input, {});
      owner.handle(*this, std::move(request));
    }

    void send(std::string text, bool close = false) {
      output = std::move(text);
      asio::async_write(socket, asio::buffer(output), [self = shared_from_this(), close](ErrorCode error, std::size_t) {
        if (error) return;
        if (close) return self->socket.close();
        self->read();
      });
    }

    void send_at(SteadyInstant instant, std::string text, std::function<void()> sending) {
      timer.emplace(socket.get_executor(), instant);
      timer->async_wait([self = shared_from_this(), text = std::move(text), sending](ErrorCode error) mutable {
        if (error) return;
        sending();
        self->send(std::move(text));
      });
    }

    void reset() {
      socket.set_option(asio::socket_base::linger(true, 0));
      socket.close();
    }

    tcp::socket socket;
    Impl& owner;
    std::array<char, 1024> scratch;
    std::string input;
    std::string output;
    std::optional<asio::steady_timer> timer;
  };

  void accept() {
    acceptor.async_accept([this](ErrorCode error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) std::make_shared<Session>(std::move(socket), *this)->read();
      if (lies.accept_pause.count() == 0) return accept();
      accept_timer.expires_after(lies.accept_pause);
      accept_timer.async_wait([this](ErrorCode stopped) {
        if (!stopped) accept();
      });
    });
  }

  void handle(Session& session, std::string request) {
    const auto path = request.substr(request.find(' ') + 1, request.find(" HTTP") - request.find(' ') - 1);
    if (path == "/healthz") return prime(session);
    const std::lock_guard lock(mutex);
    if (path == "/api/v1/coupons/issue") return issue(session, std::move(request));
    if (path.starts_with("/api/v1/coupons/stock/")) return session.send(serialize(shop.stock()));
    session.send(serialize(shop.read(path.substr(path.rfind('/') + 1))));
  }

  void prime(Session& session) {
    ++primes;
    auto reply = succeed(200, "{}");
    if (lies.says_close) reply.headers = "Connection: close\r\n";
    session.send(serialize(reply), lies.close_after_prime);
  }

  void issue(Session& session, std::string request) {
    const auto arrived = SteadyClock::now();
    const auto number = shop.arrive();
    last_request = std::move(request);
    changed.notify_all();
    held.push_back({ns_of(latency.draw()), -1});
    if (lies.reset_ignored.hits(number)) return session.reset();
    if (lies.failed_ignored.hits(number)) return answer(session, refuse(500, "COUPON-099"), arrived);
    const auto reply = shop.issue(field(last_request, "memberId"));
    if (number <= lies.broken) return break_off(session, reply);
    if (lies.reset_granted.hits(number)) return session.reset();
    if (lies.silent_granted.hits(number)) return silent.push_back(session.shared_from_this());
    answer(session, lies.failed_granted.hits(number) ? refuse(500, "COUPON-099") : reply, arrived);
  }

  void answer(Session& session, const LyingReply& reply, SteadyInstant arrived) {
    const auto place = held.size() - 1;
    const auto leaves = after_stall(lies.stall, start, arrived + std::chrono::nanoseconds(held[place].drawn_ns));
    if (leaves == arrived) {
      held[place].held_ns = 0;
      return session.send(serialize(reply));
    }
    session.send_at(leaves, serialize(reply), [this, place, arrived] {
      const std::lock_guard lock(mutex);
      held[place].held_ns = ns_of(SteadyClock::now() - arrived);
    });
  }

  void break_off(Session& session, const LyingReply& reply) {
    switch (lies.how) {
      case Lies::Broken::kClose: return session.socket.close();
      case Lies::Broken::kSilence: return silent.push_back(session.shared_from_this());
      case Lies::Broken::kGarbage: return session.send("\x01\x02 this is not HTTP\r\n\r\n", true);
      case Lies::Broken::kHuge: return session.send(serialize({200, std::string(kHugeBytes, 'x'), {}}));
      case Lies::Broken::kHalf: return session.send(serialize(reply).substr(0, 60), true);
      case Lies::Broken::kReset: return session.reset();
    }
  }

  const Lies lies;
  const SteadyInstant start = SteadyClock::now();
  LyingShop shop;  // guarded by mutex, as is what follows up to changed
  LatencySource latency;
  std::string last_request;
  std::vector<Held> held;
  mutable std::mutex mutex;
  std::condition_variable changed;
  asio::io_context io{1};
  tcp::acceptor acceptor;
  asio::steady_timer accept_timer;
  std::atomic<std::int64_t> primes{0};
  std::vector<std::shared_ptr<Session>> silent;  // kept open, never answered
  std::thread thread;
};

LyingServer::LyingServer(std::int64_t quota, Lies lies) : impl_(std::make_unique<Impl>(quota, lies)) {
  impl_->accept();
  impl_->thread = std::thread([this] { impl_->io.run(); });
}

LyingServer::~LyingServer() {
  impl_->io.stop();
  impl_->thread.join();
  impl_->silent.clear();
}

std::uint16_t LyingServer::port() const { return impl_->acceptor.local_endpoint().port(); }

std::string LyingServer::url() const { return fmt::format("http://127.0.0.1:{}", port()); }

void LyingServer::issue_before(const std::string& member) {
  const std::lock_guard lock(impl_->mutex);
  impl_->shop.give(member);
}

bool LyingServer::wait_for_asks(std::int64_t count, std::chrono::seconds deadline) {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, deadline, [&] { return impl_->shop.asks() >= count; });
}

std::int64_t LyingServer::primes() const { return impl_->primes; }

std::int64_t LyingServer::asks() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->shop.asks();
}

std::string LyingServer::last_issue_request() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->last_request;
}

std::vector<Held> LyingServer::held() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->held;
}

std::uint16_t unused_port() {
  asio::io_context io;
  tcp::acceptor acceptor(io);
  acceptor.open(tcp::v4());
  acceptor.bind({asio::ip::address_v4::loopback(), 0});
  return acceptor.local_endpoint().port();
}

bool allow_descriptors(std::size_t needed) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  if (limit.rlim_cur >= needed) return true;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, needed);
  return limit.rlim_cur >= needed && setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

}  // namespace coupon::test
