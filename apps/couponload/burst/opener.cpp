#include "couponload/burst/opener.hpp"

#include <atomic>
#include <thread>

#include "couponload/burst/instant.hpp"

namespace coupon::load {

namespace asio = boost::asio;
using boost::system::error_code;
using State = net::http::ResponseReader::State;

namespace {

constexpr int kAttemptsMax = 3;
constexpr std::size_t kOpensPerPoll = 32;

}  // namespace

Opener::Opener(asio::io_context& io, const BurstPlan& plan, std::vector<Connection>& connections, RunProgress& progress)
    : io_(io), plan_(plan), connections_(connections), progress_(progress) {}

void Opener::run(const std::stop_token& stop) {
  const auto deadline = to_instant(now_ns() + plan_.open_timeout_ns);
  open_all(stop);
  while (settled_ < connections_.size() && goes_on(stop)) {
    if (io_.run_one_until(deadline) == 0) break;
  }
  fail_rest(stop.stop_requested() ? "stopped" : "not open in time");
}

// A connect is nearly all the kernel's work: where a core is free, a second thread begins at the other end of the row.
// It only dials; what becomes of its connections is this thread's business again. Hands of https are not left waiting.
void Opener::open_all(const std::stop_token& stop) {
  const bool helped =
      plan_.route.tls == nullptr && std::thread::hardware_concurrency() > static_cast<unsigned>(plan_.threads);
  std::vector<Dial> dials(helped ? connections_.size() : 0);
  std::atomic<std::size_t> claimed = 0;
  const auto claim = [&] { return goes_on(stop) && claimed.fetch_add(1) < connections_.size(); };
  auto rest = connections_.size();
  {
    std::jthread helper;
    if (helped) {
      helper = std::jthread([&] {
        while (claim()) {
          --rest;
          dials[rest] = dial(connections_[rest]);
        }
      });
    }
    for (std::size_t next = 0; claim();) {
      open(connections_[next]);
      if (++next % kOpensPerPoll == 0) io_.poll();
    }
  }
  for (std::size_t opened = 0; rest < connections_.size(); ++rest) {
    follow(connections_[rest], dials[rest]);
    if (++opened % kOpensPerPoll == 0) io_.poll();
  }
}

void Opener::open(Connection& connection) { follow(connection, dial(connection)); }

Opener::Dial Opener::dial(Connection& connection) const {
  ++connection.attempts;
  connection.stage = Connection::Stage::kOpening;
  connection.end = Connection::End::kOpen;
  connection.received.clear();
  connection.unsent.clear();
  Dial dial;
  dial.no_socket = open_socket(plan_.route, connection.shot->seq, connection.socket);
  if (dial.no_socket) return dial;
  dial.started_ns = now_ns();
  dial.refused = begin_connect(connection.socket, plan_.route.server);
  if (!dial.refused && is_connected(connection.socket)) dial.connected_ns = now_ns();
  return dial;
}

void Opener::follow(Connection& connection, const Dial& dial) {
  if (dial.no_socket) {
    count_failure(dial.no_socket, trouble_);
    return fail(connection, dial.no_socket.message());
  }
  const auto started_ns = dial.started_ns;
  if (dial.refused || dial.connected_ns != 0) {
    return on_connected(connection, dial.refused, started_ns, dial.connected_ns);
  }
  connection.socket.async_wait(Socket::wait_write, [this, &connection, started_ns](const error_code& stopped) {
    const auto error = stopped ? stopped : connect_error(connection.socket);
    if (!error) syn_retransmits_ += retransmits(connection.socket);
    on_connected(connection, error, started_ns, now_ns());
  });
}

void Opener::on_connected(Connection& connection, const error_code& error, std::int64_t started_ns,
                          std::int64_t connected_ns) {
  if (connection.stage != Connection::Stage::kOpening) return;
  if (error.value() == EADDRNOTAVAIL) {
    count_failure(error, trouble_);
    return fail(connection, error.message());
  }
  if (error) return try_again(connection, error.message());
  connection.shot->connect_ns = connected_ns - started_ns;
  if (plan_.route.tls == nullptr) return established(connection);
  connection.stage = Connection::Stage::kShaking;
  connection.dialed_ns = started_ns;
  if (start_tls(connection, *plan_.route.tls)) return try_again(connection, "TLS could not be begun");
  await_bytes(connection);
}

void Opener::established(Connection& connection) {
  if (plan_.prime.empty()) return ready(connection);
  prime(connection);
}

void Opener::prime(Connection& connection) {
  connection.stage = Connection::Stage::kPriming;
  if (write(connection, plan_.prime) || !connection.unsent.empty()) {
    return try_again(connection, "the prime request could not be written");
  }
  connection.reader = std::make_unique<net::http::ResponseReader>(kAnswerBytesMax);
  await_bytes(connection);
}

void Opener::await_bytes(Connection& connection) {
  connection.socket.async_wait(Socket::wait_read, [this, &connection](const error_code& error) {
    const auto stage = connection.stage;
    const bool waits = stage == Connection::Stage::kPriming || stage == Connection::Stage::kShaking;
    if (waits && error != asio::error::operation_aborted) on_readable(connection, error);
  });
}

void Opener::on_readable(Connection& connection, const error_code& error) {
  if (error) return try_again(connection, error.message());
  if (!read_more(connection, scratch_, clock_)) return await_bytes(connection);
  if (connection.stage == Connection::Stage::kShaking) return on_shaken(connection);
  const auto received = std::exchange(connection.received, {});
  auto state = connection.reader->feed(received);
  if (state == State::kNeedMore && connection.end == Connection::End::kClosed) state = connection.reader->finish();
  if (state == State::kNeedMore && connection.end == Connection::End::kReset) state = State::kMalformed;
  judge_prime(connection, state);
}

void Opener::on_shaken(Connection& connection) {
  if (connection.tls->distrusts()) return distrust(connection);
  if (connection.end != Connection::End::kOpen) {
    const auto& reason = connection.tls->reason();
    return try_again(connection, std::string(reason.empty() ? "it ended during the TLS handshake" : reason));
  }
  if (is_shaking(connection)) return await_bytes(connection);
  connection.shot->connect_ns = now_ns() - connection.dialed_ns;
  established(connection);
}

// The others would be refused as well.
void Opener::distrust(Connection& connection) {
  trouble_.first = connection.tls->reason();
  trouble_.distrusted = true;
  progress_.hopeless.store(true);
  fail(connection, trouble_.first);
}

void Opener::judge_prime(Connection& connection, State state) {
  if (state == State::kNeedMore) return await_bytes(connection);
  if (state != State::kDone) return try_again(connection, "the answer to the prime request was cut or is no HTTP");
  const auto& answer = connection.reader->answer();
  if (!answer.keep_alive) {
    return try_again(connection, "the server ended the connection with its answer to the prime request (HTTP " +
                                     std::to_string(answer.status) + ")");
  }
  ready(connection);
}

void Opener::ready(Connection& connection) {
  connection.reader.reset();
  connection.stage = Connection::Stage::kReady;
  stamp_arrivals(connection.socket);
  ++settled_;
  progress_.ready.fetch_add(1, std::memory_order_relaxed);
}

void Opener::try_again(Connection& connection, std::string_view reason) {
  reset(connection);
  connection.reader.reset();
  if (connection.attempts >= kAttemptsMax) return fail(connection, reason);
  open(connection);
}

void Opener::fail(Connection& connection, std::string_view reason) {
  reset(connection);
  connection.reader.reset();
  connection.stage = Connection::Stage::kFailed;
  connection.shot->connect_ns = -1;
  ++settled_;
  ++trouble_.failed;
  if (trouble_.first.empty()) trouble_.first = reason;
}

bool Opener::goes_on(const std::stop_token& stop) const {
  return !stop.stop_requested() && !progress_.hopeless.load(std::memory_order_relaxed);
}

void Opener::fail_rest(std::string_view reason) {
  for (auto& connection : connections_) {
    if (connection.stage < Connection::Stage::kReady) fail(connection, reason);
  }
}

}  // namespace coupon::load
