#include "support/tcp_proxy.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <future>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace coupon::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::size_t kBufferBytes = std::size_t{16} * 1024;

std::size_t index_of(TcpProxy::Way way) { return static_cast<std::size_t>(way); }

// A reset, so that the peer does not take it for an orderly end.
void reset(tcp::socket& socket) {
  ErrorCode error;  // what cannot be closed properly is closed all the same
  socket.set_option(asio::socket_base::linger(true, 0), error);
  socket.close(error);
}

}  // namespace

struct TcpProxy::Impl {
  // One way of one connection.
  struct Pump {
    Pump(Way the_way, tcp::socket& source, tcp::socket& sink, asio::io_context& io)
        : way(the_way), from(source), to(sink), timer(io) {}
    Way way;
    tcp::socket& from;
    tcp::socket& to;
    asio::steady_timer timer;
    std::array<char, kBufferBytes> buffer{};
    std::size_t waiting = 0;  // bytes read and held back
    ErrorCode ended;          // and an end, which the peer does not hear of while its way is held
  };
  struct Link {
    explicit Link(asio::io_context& io)
        : client(io),
          target(io),
          pumps{Pump{Way::kRequests, client, target, io}, Pump{Way::kReplies, target, client, io}} {}
    tcp::socket client;
    tcp::socket target;
    std::array<Pump, 2> pumps;
  };
  using Shared = std::shared_ptr<Link>;

  Impl(std::uint16_t target_port, std::uint16_t listen_port)
      : target(asio::ip::make_address("127.0.0.1"), target_port),
        acceptor(io, tcp::endpoint(asio::ip::make_address("127.0.0.1"), listen_port)),
        port(acceptor.local_endpoint().port()) {
    accept();
    thread = std::jthread([this] { io.run(); });
  }

  void accept() {
    auto link = std::make_shared<Link>(io);
    acceptor.async_accept(link->client, [this, link](const ErrorCode& error) {
      if (error == asio::error::operation_aborted) return;
      accept();
      if (error) return;  // it was gone before it was taken
      if (refusing) return reset(link->client);
      ++connections;
      link->target.async_connect(target, [this, link](const ErrorCode& failed) {
        if (failed) return end(link);
        links.insert(link);
        for (auto& pump : link->pumps) read(link, pump);
      });
    });
  }

  void read(const Shared& link, Pump& pump) {
    pump.from.async_read_some(asio::buffer(pump.buffer), [this, link, &pump](const ErrorCode& error, std::size_t size) {
      if (error == asio::error::operation_aborted) return;
      if (error && held.at(index_of(pump.way))) return void(pump.ended = error);
      if (error) return stop(link, pump, error);
      pump.waiting = size;
      if (wait.count() == 0) return pass(link, pump);
      pump.timer.expires_after(wait);
      pump.timer.async_wait([this, link, &pump](const ErrorCode& stopped) {
        if (!stopped) pass(link, pump);
      });
    });
  }

  // Bytes that were read go on, wait, or are lost, as the test wants it.
  void pass(const Shared& link, Pump& pump) {
    const auto way = index_of(pump.way);
    if (pump.waiting == 0) return;  // it went on before its time was up
    if (held.at(way)) return;       // flush() comes back to it
    if (pump.way == Way::kReplies && swallow > 0) {
      --swallow;
      return end(link);
    }
    auto size = std::exchange(pump.waiting, 0);
    bool last = false;
    if (auto& left = budget.at(way); left) {
      last = static_cast<std::int64_t>(size) >= *left;
      size = std::min(size, static_cast<std::size_t>(*left));
      *left -= static_cast<std::int64_t>(size);
      if (last) left.reset();
    }
    bytes.at(way) += static_cast<std::int64_t>(size);
    asio::async_write(pump.to, asio::buffer(pump.buffer, size),
                      [this, link, &pump, last](const ErrorCode& error, std::size_t) {
                        if (error || last) return end(link);
                        read(link, pump);
                      });
  }

  // Nothing comes this way any more: the other way may go on after an orderly end.
  void stop(const Shared& link, Pump& pump, const ErrorCode& why) {
    ErrorCode error = why;
    if (why == asio::error::eof) pump.to.shutdown(tcp::socket::shutdown_send, error);
    if (error) end(link);
  }

  void end(const Shared& link) {
    for (auto& pump : link->pumps) pump.timer.cancel();
    reset(link->client);
    reset(link->target);
    links.erase(link);
  }

  void flush(Way way) {
    held.at(index_of(way)) = false;
    for (const auto& link : std::set<Shared>(links)) {
      auto& pump = link->pumps.at(index_of(way));
      if (pump.waiting > 0) pass(link, pump);
      if (const auto error = std::exchange(pump.ended, {})) stop(link, pump, error);
    }
  }

  void flush_once(Way way) {
    flush(way);
    held.at(index_of(way)) = true;  // what comes next is read later, on this same thread
  }

  // Runs on the proxy's thread and waits for the end.
  void call(const std::function<void()>& act) {
    std::promise<void> done;
    asio::post(io, [&] {
      act();
      done.set_value();
    });
    done.get_future().wait();
  }

  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  tcp::endpoint target;
  tcp::acceptor acceptor;
  std::uint16_t port;
  std::set<Shared> links;
  std::chrono::milliseconds wait{0};
  std::array<bool, 2> held{};
  std::array<std::optional<std::int64_t>, 2> budget;
  int swallow = 0;
  bool refusing = false;
  std::atomic<std::int64_t> connections = 0;
  std::array<std::atomic<std::int64_t>, 2> bytes{};
  std::jthread thread;  // last: ends before what it uses
};

TcpProxy::TcpProxy(std::uint16_t target_port, std::uint16_t listen_port)
    : impl_(std::make_unique<Impl>(target_port, listen_port)) {}

TcpProxy::~TcpProxy() {
  impl_->call([this] {
    ErrorCode error;  // it ends anyway
    impl_->acceptor.close(error);
    for (const auto& link : std::set<Impl::Shared>(impl_->links)) impl_->end(link);
  });
  impl_->io.stop();
}

std::uint16_t TcpProxy::port() const { return impl_->port; }

void TcpProxy::delay(std::chrono::milliseconds wait) {
  impl_->call([&] { impl_->wait = wait; });
}

void TcpProxy::hold(Way way) {
  impl_->call([&] { impl_->held.at(index_of(way)) = true; });
}

void TcpProxy::let_go(Way way) {
  impl_->call([&] { impl_->flush(way); });
}

void TcpProxy::let_one_go(Way way) {
  impl_->call([&] { impl_->flush_once(way); });
}

void TcpProxy::cut() {
  impl_->call([this] {
    for (const auto& link : std::set<Impl::Shared>(impl_->links)) impl_->end(link);
  });
}

void TcpProxy::lead_to(std::uint16_t target_port, const std::string& address) {
  const tcp::endpoint target(asio::ip::make_address(address), target_port);
  impl_->call([&] { impl_->target = target; });
}

void TcpProxy::refuse(bool refusing) {
  impl_->call([&] { impl_->refusing = refusing; });
}

void TcpProxy::cut_after(Way way, std::int64_t bytes) {
  impl_->call([&] { impl_->budget.at(index_of(way)) = bytes; });
}

void TcpProxy::swallow_replies(int times) {
  impl_->call([&] { impl_->swallow = times; });
}

std::int64_t TcpProxy::connections() const { return impl_->connections; }

std::int64_t TcpProxy::bytes(Way way) const { return impl_->bytes.at(index_of(way)); }

std::int64_t TcpProxy::armed() const {
  std::int64_t left = 0;
  impl_->call([&] {
    left = impl_->swallow;
    for (const auto& budget : impl_->budget) left += budget.value_or(0);
  });
  return left;
}

}  // namespace coupon::test
