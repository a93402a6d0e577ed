#include "net/http/server/session.hpp"

#include <boost/asio/buffer.hpp>

namespace coupon::net::http {

namespace {

using ErrorCode = boost::system::error_code;

// An empty output lends its memory to the next connection that writes, up to this much.
constexpr std::size_t kSpareMax = 131'072;
// A closing connection reads and drops this much, for this long, so that the client gets to read the last answer:
// closing with unread bytes would reset it away.
constexpr std::size_t kLingerBytes = 1'048'576;
constexpr std::int64_t kLingerMs = 2'000;
// What an idle connection gets in a graceful stop, for a request that is under way already.
constexpr std::int64_t kStopIdleMs = 200;

}  // namespace

Session::Session(SessionContext& context, Socket socket, std::string peer)
    : context_(context), socket_(std::move(socket)), peer_(std::move(peer)) {}

void Session::start() {
  enter_list();
  await_request();
}

void Session::start_refusing() {
  refusing_ = true;
  enter_list();
  refuse(503, "the server has as many connections as it may: try again soon");
  proceed();
}

void Session::enter_list() {
  place_ = static_cast<std::uint32_t>(context_.sessions.size());
  context_.sessions.emplace_back(this);
  context_.shared.metrics.connections.add(1);
  if (refusing_) ++context_.refusing;
}

void Session::leave_list() {
  auto& sessions = context_.sessions;
  std::swap(sessions[place_], sessions.back());
  sessions[place_]->place_ = place_;
  sessions.pop_back();
  context_.shared.metrics.connections.add(-1);
  if (refusing_) {
    --context_.refusing;
  } else {
    context_.shared.connections.fetch_sub(1, std::memory_order_relaxed);
  }
}

std::int64_t Session::allowance_ms(Stage stage) const {
  const auto& config = context_.shared.config;
  switch (stage) {
    case Stage::kIdle: return context_.stopping ? kStopIdleMs : config.idle_timeout_ms;
    case Stage::kHeader: return config.header_timeout_ms;
    case Stage::kBody: return config.body_timeout_ms;
    case Stage::kAnswer: return config.answer_timeout_ms;
    case Stage::kWrite: return config.write_timeout_ms;
    case Stage::kLinger: return kLingerMs;
    case Stage::kServing: break;
  }
  return 0;
}

void Session::enter(Stage stage) {
  stage_ = stage;
  deadline_ms_ = steady_ms() + allowance_ms(stage);
}

void Session::on_tick(std::int64_t now_ms) {
  if (stage_ == Stage::kServing || now_ms < deadline_ms_) return;
  const auto stage = stage_;
  if (!(stage == Stage::kIdle && context_.stopping)) context_.shared.metrics.timed_out(stage);
  switch (stage) {
    case Stage::kHeader: refuse(408, "the header did not arrive in time"); break;
    case Stage::kBody: refuse(408, "the body did not arrive in time"); break;
    case Stage::kAnswer:
      refuse(503, "there was no answer in time: it is not known whether the request took effect");
      break;
    case Stage::kWrite: cut(); return;
    case Stage::kIdle:
      if (!has_unread()) close();
      return;
    default: close(); return;
  }
  proceed();
}

// A request that came in while this thread did not run is served, however late it is seen.
bool Session::has_unread() const {
  ErrorCode error;
  return socket_->available(error) > 0 && !error;
}

void Session::begin_stop() {
  if (stage_ == Stage::kIdle) enter(Stage::kIdle);
}

bool Session::cut() {
  const bool owed = stage_ != Stage::kLinger && stage_ != Stage::kIdle;
  ErrorCode ignored_reset;  // the peer may be gone already
  socket_->set_option(boost::asio::socket_base::linger(true, 0), ignored_reset);
  close();
  return owed;
}

void Session::close() {
  const boost::intrusive_ptr<Session> alive(this);
  ErrorCode ignored;  // the descriptor is gone either way
  socket_->close(ignored);
  socket_.reset();
  handling_ = false;
  input_ = {};
  output_ = {};
  leave_list();
}

void Session::arm_read() {
  if (std::exchange(read_armed_, true)) return;
  socket_->async_wait(Socket::wait_read, [self = boost::intrusive_ptr<Session>(this)](const ErrorCode&) {
    self->read_armed_ = false;
    if (self->socket_) self->on_readable();
  });
}

void Session::arm_write() {
  if (std::exchange(write_armed_, true)) return;
  socket_->async_wait(Socket::wait_write, [self = boost::intrusive_ptr<Session>(this)](const ErrorCode&) {
    self->write_armed_ = false;
    if (self->socket_) self->proceed();
  });
}

void Session::on_readable() {
  if (final_ && stage_ != Stage::kLinger) return;  // waiting to write the last answer; linger() reads on
  auto& scratch = context_.scratch;
  ErrorCode error;
  const auto size = socket_->read_some(boost::asio::buffer(scratch), error);
  if (error == boost::asio::error::would_block) return arm_read();
  if (error) return close();
  if (stage_ == Stage::kLinger) {
    drained_ += size;
    return drained_ > kLingerBytes ? close() : arm_read();
  }
  std::string_view data(scratch.data(), size);
  if (!input_.empty()) data = input_.append(data);
  keep(serve(data));
  proceed();
}

// Takes the connection as far as it can go without waiting, and leaves it waiting for exactly one thing.
void Session::proceed() {
  while (flush()) {
    if (final_) return linger();
    if (handling_) {
      if (stage_ != Stage::kAnswer) enter(Stage::kAnswer);
      return;
    }
    if (input_.empty() || reading_ != Stage::kIdle) return await_request();
    keep(serve(input_));
  }
}

void Session::await_request() {
  if (stage_ != reading_) enter(reading_);
  arm_read();
}

void Session::linger() {
  if (stage_ == Stage::kLinger) return;
  input_ = {};
  ErrorCode error;
  socket_->shutdown(Socket::shutdown_send, error);
  if (error) return close();
  enter(Stage::kLinger);
  arm_read();
}

// True when everything is sent. False when the client has to take some first, or is gone.
bool Session::flush() {
  while (sent_ < output_.size()) {
    ErrorCode error;
    sent_ += socket_->write_some(boost::asio::buffer(output_) + sent_, error);
    if (error == boost::asio::error::would_block) {
      if (stage_ != Stage::kWrite) enter(Stage::kWrite);
      arm_write();
      return false;
    }
    if (error) {
      close();
      return false;
    }
  }
  release_output();
  return true;
}

void Session::release_output() {
  if (output_.capacity() == std::string().capacity()) return;
  output_.clear();
  sent_ = 0;
  if (output_.capacity() > context_.spare.capacity() && output_.capacity() <= kSpareMax) output_.swap(context_.spare);
  output_ = {};
}

}  // namespace coupon::net::http
