#include "couponload/burst/asker.hpp"

#include <thread>

#include "couponload/burst/instant.hpp"

namespace coupon::load {

namespace asio = boost::asio;
using boost::system::error_code;
using Stage = Connection::Stage;
using State = net::http::ResponseReader::State;

namespace {

// The kernel stamps and keeps the answers while requests go out; reading them in between would hold the rest of the
// requests up. This bounds what it keeps.
constexpr std::size_t kSendsPerPoll = 16'384;
// A connection that is opened after the release needs the loop before it can ask.
constexpr std::size_t kDialsPerPoll = 32;
// Waking this thread for every answer costs the server's core time. While so many are awaited they are looked for now
// and then instead; the kernel knows when they came. Not in a cold burst, whose connections wait to be asked on.
constexpr std::size_t kCrowd = 1'000;
constexpr std::chrono::microseconds kCrowdPause{500};
constexpr std::size_t kStepsPerBeat = 32;
constexpr std::chrono::milliseconds kSweepEvery{20};

}  // namespace

Asker::Asker(asio::io_context& io, const BurstPlan& plan, std::vector<Connection>& connections)
    : io_(io), plan_(plan), request_(plan.request), connections_(connections), sweep_timer_(io) {}

void Asker::arm() {
  for (auto& connection : connections_) {
    if (connection.stage == Stage::kReady && !plan_.cold) await_answer(connection);
  }
  io_.poll();
}

void Asker::release(std::int64_t release_ns, HealthWatch& watch, const std::stop_token& stop) {
  schedule_sweep();
  const auto per_poll = plan_.cold ? kDialsPerPoll : kSendsPerPoll;
  std::size_t sent = 0;
  for (auto& connection : connections_) {
    connection.shot->plan_ns = release_ns;
    if (connection.stage != Stage::kReady) continue;
    start(connection);
    if (++sent % kStepsPerBeat == 0) watch.beat(now_ns());
    if (sent % per_poll == 0) io_.poll();
    if (stop.stop_requested()) break;
  }
}

void Asker::wait(HealthWatch& watch, const std::stop_token& stop) {
  std::size_t ran = 0;
  while (outstanding_ > 0 && !stop.stop_requested()) {
    if (plan_.cold || outstanding_ < kCrowd) {
      io_.run_one();
    } else if (io_.poll_one() == 0) {
      std::this_thread::sleep_for(kCrowdPause);
    }
    if (++ran % kStepsPerBeat == 0) watch.beat(now_ns());  // thousands of answers may be ahead of the timer
  }
  for (auto& connection : connections_) {
    if (connection.stage == Stage::kAsked) give_up(connection, Fate::kInterrupted);
    if (connection.stage == Stage::kDialing) reset(connection);
  }
  sweep_timer_.cancel();
}

void Asker::start(Connection& connection) {
  ++outstanding_;
  if (plan_.cold) return dial(connection);
  send(connection);
}

void Asker::dial(Connection& connection) {
  connection.stage = Stage::kDialing;
  connection.end = Connection::End::kOpen;
  connection.received.clear();
  connection.unsent.clear();
  connection.dialed_ns = now_ns();
  if (const auto error = open_socket(plan_.route, connection.shot->seq, connection.socket)) {
    return on_dialed(connection, error);
  }
  connection.socket.async_connect(plan_.route.server, [this, &connection](const error_code& error) {
    if (error != asio::error::operation_aborted) on_dialed(connection, error);
  });
}

void Asker::on_dialed(Connection& connection, const error_code& error) {
  if (connection.stage != Stage::kDialing) return;
  if (error) {
    count_failure(error, trouble_);
    return refuse(connection);
  }
  connection.shot->connect_ns = now_ns() - connection.dialed_ns;
  syn_retransmits_ += retransmits(connection.socket);
  stamp_arrivals(connection.socket);
  const bool shakes = plan_.route.tls != nullptr;
  if (shakes && start_tls(connection, *plan_.route.tls)) return refuse(connection);
  await_answer(connection);
  if (!shakes) send(connection);
}

// Something came while a connection was being opened after the release: only TLS speaks then.
void Asker::on_shaken(Connection& connection) {
  if (is_shaking(connection) && connection.end == Connection::End::kOpen) return await_answer(connection);
  if (connection.end != Connection::End::kOpen) return refuse(connection);
  connection.shot->connect_ns = now_ns() - connection.dialed_ns;
  await_answer(connection);
  send(connection);
}

void Asker::refuse(Connection& connection) {
  ++trouble_.failed;
  if (trouble_.first.empty()) {
    const bool refused = connection.tls && !connection.tls->reason().empty();
    trouble_.first = refused ? connection.tls->reason() : "the connection was not established";
  }
  connection.shot->send_ns = connection.dialed_ns;
  give_up(connection, Fate::kNotWritten);
}

void Asker::send(Connection& connection) {
  auto& shot = *connection.shot;
  const auto request = request_.render(plan_.members->name(shot.seq), shot.seq, shot.attempt);
  connection.stage = Stage::kAsked;
  shot.send_ns = now_ns();
  if (write(connection, request)) return give_up(connection, Fate::kNotWritten);
  if (!connection.unsent.empty()) send_rest(connection);
}

void Asker::send_rest(Connection& connection) {
  connection.socket.async_wait(Socket::wait_write, [this, &connection](const error_code& stopped) {
    if (stopped || connection.stage != Stage::kAsked) return;
    if (write_rest(connection)) return give_up(connection, Fate::kCut);
    if (!connection.unsent.empty()) send_rest(connection);
  });
}

void Asker::await_answer(Connection& connection) {
  connection.socket.async_wait(Socket::wait_read, [this, &connection](const error_code& stopped) {
    if (!stopped) on_readable(connection);
  });
}

void Asker::on_readable(Connection& connection) {
  const auto stage = connection.stage;
  const bool shakes = stage == Stage::kDialing && connection.tls;  // else a word of the connection before
  if (stage != Stage::kReady && stage != Stage::kAsked && !shakes) return;
  const auto known = connection.received.size();
  if (!read_more(connection, scratch_, clock_)) return await_answer(connection);
  if (shakes) return on_shaken(connection);
  if (stage == Stage::kReady) return on_unasked(connection);
  auto& shot = *connection.shot;
  shot.done_ns = connection.arrived_ns;
  if (connection.received.size() > known && shot.first_byte_ns == 0) shot.first_byte_ns = connection.arrived_ns;
  examine(connection);
  const bool more = connection.end == Connection::End::kOpen && connection.received.size() <= 2 * kAnswerBytesMax;
  if (connection.stage == Stage::kAsked && more) await_answer(connection);
}

// TLS may have something to say; a server that ends or speaks without being asked is not fit to ask on.
void Asker::on_unasked(Connection& connection) {
  if (connection.tls && connection.received.empty() && connection.end == Connection::End::kOpen) {
    return await_answer(connection);
  }
  connection.stage = Stage::kFailed;
  ++lost_;
  reset(connection);
}

void Asker::examine(Connection& connection) {
  if (!connection.reader) {
    if (connection.received.empty() && connection.end == Connection::End::kOpen) return;
    connection.reader = std::make_unique<net::http::ResponseReader>(kAnswerBytesMax);
  }
  auto state = connection.reader->feed(connection.received);
  connection.received.clear();
  if (state == State::kMalformed) return finish(connection, Fate::kMalformed);
  if (state == State::kTooLarge) return finish(connection, Fate::kTooLarge);
  if (state == State::kNeedMore && connection.end == Connection::End::kClosed) state = connection.reader->finish();
  if (state == State::kDone) return take_answer(connection);
  if (connection.end != Connection::End::kOpen) finish(connection, Fate::kCut);
}

void Asker::take_answer(Connection& connection) {
  auto& answer = connection.reader->answer();
  connection.shot->status = static_cast<std::uint16_t>(answer.status);
  connection.shot->retry_after = answer.retry_after_s.has_value();
  connection.shot->body = std::move(answer.body);
  finish(connection, Fate::kAnswered);
}

void Asker::finish(Connection& connection, Fate fate) {
  connection.shot->fate = fate;
  connection.stage = Stage::kDone;
  connection.reader.reset();
  connection.received = {};
  connection.unsent = {};
  --outstanding_;
  if (fate != Fate::kAnswered) reset(connection);
}

void Asker::give_up(Connection& connection, Fate fate) {
  connection.shot->done_ns = now_ns();
  finish(connection, fate);
}

void Asker::schedule_sweep() {
  sweep_timer_.expires_after(kSweepEvery);
  sweep_timer_.async_wait([this](const error_code& stopped) {
    if (stopped) return;
    sweep();
    schedule_sweep();
  });
}

void Asker::time_out(Connection& connection) {
  if (connection.stage == Stage::kDialing) return refuse(connection);
  give_up(connection, Fate::kTimeout);
  if (connection.shot->attempt <= plan_.retries) ask_again(connection);
}

void Asker::ask_again(Connection& connection) {
  const auto& last = *connection.shot;
  auto& next = repeated_.emplace_back();
  next.seq = last.seq;
  next.attempt = static_cast<std::uint16_t>(last.attempt + 1);
  next.plan_ns = now_ns();
  connection.shot = &next;
  asked_again_.push_back(&connection);
  ++outstanding_;
  dial(connection);
}

bool Asker::is_late(const Connection& connection, std::int64_t now) const {
  const bool dialing = connection.stage == Stage::kDialing;
  return now - (dialing ? connection.dialed_ns : connection.shot->send_ns) >= plan_.timeout_ns;
}

// Requests leave in the order of the connections, so the first one that still has time ends the search; cold ones may
// leave a little out of order and are found by the next sweep.
void Asker::sweep() {
  const auto now = now_ns();
  for (auto i = oldest_; i < connections_.size(); ++i) {
    auto& connection = connections_[i];
    if (connection.stage == Stage::kReady) break;
    const bool waits = connection.stage == Stage::kAsked || connection.stage == Stage::kDialing;
    if (!waits || connection.shot->attempt > 1) {
      if (i == oldest_) ++oldest_;
    } else if (is_late(connection, now)) {
      time_out(connection);
    } else {
      break;
    }
  }
  sweep_repeated(now);
}

void Asker::sweep_repeated(std::int64_t now) {
  for (auto left = asked_again_.size(); left > 0; --left) {
    auto& connection = *asked_again_.front();
    const bool waits = connection.stage == Stage::kAsked || connection.stage == Stage::kDialing;
    if (waits && !is_late(connection, now)) break;
    asked_again_.pop_front();
    if (waits) time_out(connection);
  }
}

}  // namespace coupon::load
