#include "couponload/burst/burst.hpp"
#include "couponload/burst/connection.hpp"
#include "couponload/burst/instant.hpp"
#include "couponload/flow/lane.hpp"

namespace coupon::load {

namespace asio = boost::asio;
using Stage = Channel::Stage;
using State = net::http::ResponseReader::State;

namespace {

constexpr int kAttemptsMax = 3;
constexpr std::size_t kOpensPerPoll = 32;

}  // namespace

void Lane::open(const std::stop_token& stop) {
  if (plan_.cold) {
    for (auto& channel : channels_) channel.stage = Stage::kIdle;
    progress_.ready.fetch_add(static_cast<std::uint32_t>(channels_.size()));
    return;
  }
  const auto deadline = to_instant(now_ns() + plan_.open_timeout_ns);
  std::size_t opened = 0;
  for (auto& channel : channels_) {
    if (stop.stop_requested() || progress_.hopeless.load()) return;
    dial(channel);
    if (++opened % kOpensPerPoll == 0) io_.poll();
  }
  while (settled_ < channels_.size() && !stop.stop_requested() && !progress_.hopeless.load()) {
    if (io_.run_one_until(deadline) == 0) break;
  }
}

void Lane::dial(Channel& channel) {
  ++channel.life;
  ++channel.attempts;
  channel.stage = Stage::kOpening;
  channel.since_ns = now_ns();
  if (const auto error = open_socket(plan_.route, channel.number, channel.socket)) {
    channel.attempts = kAttemptsMax;
    count_failure(error, trouble_);
    return fail_open(channel, error.message());
  }
  channel.socket.async_connect(plan_.route.server, [this, &channel, life = channel.life](const ErrorCode& error) {
    if (life == channel.life && channel.stage == Stage::kOpening) on_connected(channel, error);
  });
}

void Lane::on_connected(Channel& channel, const ErrorCode& error) {
  if (error) {
    if (error.value() == EADDRNOTAVAIL) count_failure(error, trouble_);
    return fail_open(channel, error.message());
  }
  syn_retransmits_ += retransmits(channel.socket);
  receive(channel);
  if (plan_.route.tls != nullptr) return shake(channel);
  established(channel, now_ns());
}

// Ready to carry requests; with TLS the handshake is part of connecting.
void Lane::established(Channel& channel, std::int64_t now) {
  connect_.record(now - channel.since_ns);
  if (channel.loaded) return transmit(channel);
  if (!running_ && !plan_.prime.empty()) return prime(channel);
  settle(channel, now);
}

// Open, and free for a request.
void Lane::settle(Channel& channel, std::int64_t now) {
  channel.stage = Stage::kIdle;
  channel.attempts = 0;
  if (running_) return next(channel, now);
  ++settled_;
  progress_.ready.fetch_add(1, std::memory_order_relaxed);
}

void Lane::prime(Channel& channel) {
  channel.stage = Stage::kPriming;
  if (write(channel, plan_.prime)) return fail_open(channel, "the prime request could not be written");
  channel.reader = std::make_unique<net::http::ResponseReader>(kAnswerBytesMax);
}

void Lane::on_primed(Channel& channel, State state) {
  if (state == State::kNeedMore) return;
  if (state != State::kDone) return fail_open(channel, "the answer to the prime request was cut or is no HTTP");
  const bool keep_alive = channel.reader->answer().keep_alive;
  channel.reader.reset();
  if (!keep_alive) return fail_open(channel, "the server ended the connection with its answer to the prime request");
  settle(channel, now_ns());
}

void Lane::fail_open(Channel& channel, std::string_view reason) {
  const bool distrusts = channel.tls && channel.tls->distrusts();
  ++trouble_.failed;
  if (trouble_.first.empty() || (distrusts && !trouble_.distrusted)) trouble_.first = reason;
  trouble_.distrusted = trouble_.distrusted || distrusts;
  close(channel);
  const auto now = now_ns();
  if (!running_ && distrusts) return progress_.hopeless.store(true);  // the others would be refused as well
  if (!running_ && channel.attempts < kAttemptsMax) return dial(channel);
  if (!running_) ++settled_;
  channel.since_ns = now;
  if (!channel.loaded) return;
  channel.ask.send_ns = now;
  channel.loaded = false;
  --in_flight_;
  if (channel.ask.measured) recorder_->ended(channel.ask, Fate::kNotWritten, now);
}

void Lane::close(Channel& channel) {
  ++channel.life;
  channel.stage = Stage::kClosed;
  channel.reader.reset();
  channel.tls.reset();
  channel.unsent.clear();
  ErrorCode error;  // what cannot be closed properly is closed all the same
  channel.socket.set_option(asio::socket_base::linger(true, 0), error);
  channel.socket.close(error);
}

}  // namespace coupon::load
