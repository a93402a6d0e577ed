#include "net/http/server/loop.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>

#include "base/log.hpp"
#include "net/http/server/response_text.hpp"

namespace coupon::net::http {

namespace {

using ErrorCode = boost::system::error_code;
using std::chrono::milliseconds;

constexpr int kAcceptBatch = 128;    // then the connections that are open get their turn
constexpr int kRefusingMax = 1'000;  // connections that may be told at the same time that there are too many
constexpr milliseconds kAcceptPause{100};
constexpr milliseconds kTickMin{5};
constexpr milliseconds kTickMax{250};
constexpr milliseconds kTickStopping{10};

// A deadline is noticed at most a quarter of the shortest timeout late.
milliseconds tick_of(const ServerConfig& config) {
  const auto shortest = std::min({config.idle_timeout_ms, config.header_timeout_ms, config.body_timeout_ms,
                                  config.answer_timeout_ms, config.write_timeout_ms});
  return std::clamp(milliseconds(shortest / 4), kTickMin, kTickMax);
}

}  // namespace

Loop::Loop(ServerShared& shared) : shared_(shared), tick_every_(tick_of(shared.config)) {}

Loop::~Loop() {
  if (thread_.joinable()) {
    begin_stop();
    finish();
  }
}

base::Result<> Loop::listen(const Endpoint& endpoint) {
  auto acceptor = http::listen(io_, endpoint, shared_.config.backlog);
  if (!acceptor) return std::unexpected(std::move(acceptor).error());
  acceptor_ = std::move(*acceptor);
  return {};
}

void Loop::start(Handler handler) {
  context_.handler = std::move(handler);
  context_.date = http_date();
  arm_accept();
  arm_tick();
  thread_ = std::thread([this] { run(); });
}

void Loop::run() {
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (const std::exception& error) {
      base::log::error("an HTTP loop goes on after: {}", error.what());
    }
  }
}

void Loop::begin_stop() {
  boost::asio::post(io_, [this] { stop_accepting(); });
}

std::int64_t Loop::finish() {
  if (thread_.joinable()) thread_.join();
  scheduler_.close();
  context_.handler = nullptr;
  return cut_;
}

void Loop::arm_accept() {
  acceptor_.async_wait(Acceptor::wait_read, [this](const ErrorCode& error) {
    if (!error) accept_some(kAcceptBatch);
  });
}

void Loop::accept_some(int count_max) {
  for (int count = 0; count < count_max; ++count) {
    if (context_.refusing >= kRefusingMax) return pause_accepting("too many connections are being refused");
    if (!accept_one()) return;
  }
  if (!context_.stopping) arm_accept();
}

// False when that was the last one for now; what comes next is arranged.
bool Loop::accept_one() {
  Socket socket(io_);
  Endpoint peer;
  ErrorCode error;
  acceptor_.accept(socket, peer, error);
  if (error == boost::asio::error::would_block) {
    if (!context_.stopping) arm_accept();
    return false;
  }
  // These connections are gone already; the next one may be well.
  if (error == boost::asio::error::connection_aborted || error == boost::asio::error::connection_reset) return true;
  if (error) {
    shared_.metrics.refused_descriptors.add();
    pause_accepting(error.message());
    return false;
  }
  warned_ = false;
  shared_.metrics.accepted.add();
  admit(std::move(socket), peer);
  return true;
}

void Loop::admit(Socket socket, const Endpoint& peer) {
  ErrorCode error;
  socket.non_blocking(true, error);
  if (error) {
    base::log::warn("a connection was dropped: {}", error.message());
    return;
  }
  const bool full = shared_.connections.fetch_add(1, std::memory_order_relaxed) >= shared_.config.connections_max;
  const boost::intrusive_ptr<Session> session(new Session(context_, std::move(socket), peer.address().to_string()));
  if (full) {
    shared_.connections.fetch_sub(1, std::memory_order_relaxed);
    shared_.metrics.refused_limit.add();
    session->start_refusing();
  } else {
    session->start();
  }
}

void Loop::pause_accepting(const std::string& reason) {
  if (!std::exchange(warned_, true)) {
    base::log::warn("accepting connections pauses: {}; they wait in the backlog", reason);
  }
  if (context_.stopping) return;
  accept_timer_.expires_after(kAcceptPause);
  accept_timer_.async_wait([this](const ErrorCode& error) {
    if (!error) accept_some(kAcceptBatch);
  });
}

void Loop::arm_tick() {
  tick_timer_.expires_after(tick_every_);
  tick_timer_.async_wait([this](const ErrorCode& error) {
    if (!error) tick();
  });
}

void Loop::tick() {
  context_.date = http_date();
  sweep();
  if (context_.stopping && steady_ms() >= cut_at_ms_) cut_all();
  if (context_.stopping && context_.sessions.empty()) return io_.stop();
  arm_tick();
}

// Backwards, because a connection that ends here leaves its place to the last one of the list.
void Loop::sweep() {
  const auto now_ms = steady_ms();
  for (auto left = context_.sessions.size(); left > 0; --left) {
    const auto session = context_.sessions[left - 1];
    session->on_tick(now_ms);
  }
}

void Loop::cut_all() {
  while (!context_.sessions.empty()) {
    const auto session = context_.sessions.back();
    if (session->cut()) ++cut_;
  }
}

void Loop::stop_accepting() {
  context_.stopping = true;
  cut_at_ms_ = steady_ms() + shared_.config.grace_ms;
  accept_some(shared_.config.backlog);
  accept_timer_.cancel();
  ErrorCode error;
  acceptor_.close(error);
  if (error) base::log::warn("the listening socket was not closed cleanly: {}", error.message());
  for (const auto& session : context_.sessions) session->begin_stop();
  tick_every_ = kTickStopping;
  tick_timer_.cancel();
  tick();
}

}  // namespace coupon::net::http
