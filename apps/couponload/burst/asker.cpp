#include "couponload/burst/asker.hpp"

#include "couponload/burst/instant.hpp"

namespace coupon::load {

namespace asio = boost::asio;
using boost::system::error_code;
using Stage = Connection::Stage;
using State = net::http::ResponseReader::State;

namespace {

// Polling this often gives answers their true instants: in a loop that only writes, an answer that came early is
// stamped late.
constexpr std::size_t kSendsPerPoll = 32;
constexpr std::chrono::milliseconds kSweepEvery{20};

}  // namespace

Asker::Asker(asio::io_context& io, const BurstPlan& plan, std::vector<Connection>& connections)
    : io_(io), plan_(plan), request_(plan.request), connections_(connections), sweep_timer_(io) {}

void Asker::arm() {
  for (auto& connection : connections_) {
    if (connection.stage == Stage::kReady) await_answer(connection);
  }
  io_.poll();
}

void Asker::release(const std::stop_token& stop) {
  releasing_ = true;
  schedule_sweep();
  std::size_t sent = 0;
  for (auto& connection : connections_) {
    if (connection.stage != Stage::kReady) continue;
    send(connection);
    if (++sent % kSendsPerPoll != 0) continue;
    io_.poll();
    if (stop.stop_requested()) break;
  }
  releasing_ = false;
  for (auto& connection : connections_) {
    if (connection.stage == Stage::kAsked) examine(connection);
  }
}

void Asker::wait(const std::stop_token& stop) {
  while (outstanding_ > 0 && !stop.stop_requested()) io_.run_one();
  for (auto& connection : connections_) {
    if (connection.stage == Stage::kAsked) give_up(connection, Fate::kInterrupted);
  }
  sweep_timer_.cancel();
}

void Asker::send(Connection& connection) {
  const auto request = request_.render(plan_.members->name(connection.shot->seq));
  error_code error;
  connection.shot->send_ns = now_ns();
  connection.stage = Stage::kAsked;
  ++outstanding_;
  const auto size = connection.socket.write_some(asio::buffer(request), error);
  if (error == asio::error::would_block) error.clear();
  if (error) return give_up(connection, Fate::kNotWritten);
  if (size == request.size()) return;
  connection.unsent = request.substr(size);
  send_rest(connection);
}

void Asker::send_rest(Connection& connection) {
  connection.socket.async_wait(Socket::wait_write, [this, &connection](const error_code& stopped) {
    if (stopped || connection.stage != Stage::kAsked) return;
    error_code error;
    const auto size = connection.socket.write_some(asio::buffer(connection.unsent), error);
    if (error && error != asio::error::would_block) return give_up(connection, Fate::kCut);
    connection.unsent.erase(0, size);
    if (!connection.unsent.empty()) send_rest(connection);
  });
}

void Asker::await_answer(Connection& connection) {
  connection.socket.async_wait(Socket::wait_read, [this, &connection](const error_code& stopped) {
    if (!stopped) on_readable(connection);
  });
}

void Asker::on_readable(Connection& connection) {
  if (connection.stage == Stage::kReady) {  // it ended, or spoke without being asked: not fit to ask on
    connection.stage = Stage::kFailed;
    ++lost_;
    return reset(connection);
  }
  if (connection.stage != Stage::kAsked) return;
  error_code error;
  const auto size = connection.socket.read_some(asio::buffer(scratch_), error);
  if (error == asio::error::would_block) return await_answer(connection);
  connection.shot->done_ns = now_ns();
  if (error) {
    connection.end = error == asio::error::eof ? Connection::End::kClosed : Connection::End::kReset;
  } else {
    connection.received.append(scratch_.data(), size);
  }
  if (!releasing_) examine(connection);
  const bool more = connection.end == Connection::End::kOpen && connection.received.size() <= 2 * kAnswerBytesMax;
  if (connection.stage == Stage::kAsked && more) await_answer(connection);
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

// Requests leave in the order of the connections, so the first one that still has time ends the search.
void Asker::sweep() {
  const auto now = now_ns();
  for (auto i = oldest_; i < connections_.size(); ++i) {
    auto& connection = connections_[i];
    if (connection.stage == Stage::kReady) break;
    if (connection.stage != Stage::kAsked) {
      if (i == oldest_) ++oldest_;
    } else if (now - connection.shot->send_ns >= plan_.timeout_ns) {
      give_up(connection, Fate::kTimeout);
    } else {
      break;
    }
  }
}

}  // namespace coupon::load
