#include "couponload/burst/burst.hpp"
#include "couponload/burst/instant.hpp"
#include "couponload/flow/lane.hpp"

namespace coupon::load {

namespace asio = boost::asio;
using Stage = Channel::Stage;
using State = net::http::ResponseReader::State;

void Lane::launch(Channel& channel, const FlowAsk& ask) {
  channel.ask = ask;
  channel.loaded = true;
  ++in_flight_;
  if (channel.socket.is_open()) return transmit(channel);
  channel.ask.dialed_ns = now_ns();
  dial(channel);
}

void Lane::transmit(Channel& channel) {
  auto& ask = channel.ask;
  const auto request =
      ask.measured ? request_.render(recorder_->member(ask.seq), ask.seq) : std::string_view(plan_.prime);
  channel.stage = Stage::kAsked;
  ask.send_ns = now_ns();
  if (write(channel, request)) lose(channel, Fate::kNotWritten, now_ns());
}

void Lane::receive(Channel& channel) {
  channel.socket.async_read_some(asio::buffer(channel.buffer),
                                 [this, &channel, life = channel.life](const ErrorCode& error, std::size_t size) {
                                   if (life == channel.life) on_received(channel, error, size);
                                 });
}

void Lane::on_received(Channel& channel, const ErrorCode& error, std::size_t size) {
  const auto now = now_ns();
  const auto life = channel.life;
  if (error) {
    const bool properly =
        error == asio::error::eof && (!channel.tls || channel.tls->end() == net::http::TlsFilter::State::kClosed);
    return on_ended(channel, properly, now);
  }
  const std::string_view bytes(channel.buffer.data(), size);
  if (channel.tls) {
    decrypt(channel, bytes, now);
  } else {
    on_bytes(channel, bytes, now);
  }
  if (life == channel.life) receive(channel);
}

void Lane::on_bytes(Channel& channel, std::string_view bytes, std::int64_t now) {
  if (channel.stage == Stage::kAsked) return on_answer(channel, bytes, now);
  if (channel.stage == Stage::kPriming) return on_primed(channel, channel.reader->feed(bytes));
  on_ended(channel, true, now);  // it spoke without being asked: not fit to ask on
}

// The server ended the connection, or what is left of it is of no use.
void Lane::on_ended(Channel& channel, bool properly, std::int64_t now) {
  if (channel.stage == Stage::kOpening) {
    const bool refused = channel.tls && !channel.tls->reason().empty();
    return fail_open(channel, refused ? std::string(channel.tls->reason()) : "it ended during the TLS handshake");
  }
  if (channel.stage == Stage::kPriming) {
    return on_primed(channel, properly ? channel.reader->finish() : State::kMalformed);
  }
  if (channel.stage == Stage::kAsked) {
    const bool whole = properly && channel.reader && channel.reader->finish() == State::kDone;
    return whole ? take_answer(channel, {}, false, now) : lose(channel, Fate::kCut, now);
  }
  const auto stage = channel.stage;
  close(channel);
  channel.stage = stage;  // a closed model opens it when it is its turn
  if (running_ && plan_.mode == Mode::kRate) dial(channel);
}

void Lane::on_answer(Channel& channel, std::string_view bytes, std::int64_t now) {
  if (channel.ask.first_byte_ns == 0) channel.ask.first_byte_ns = now;
  const bool first = !channel.reader;
  if (first) {
    const auto* known = cache_.find(bytes);
    if (known != nullptr) return complete(channel, known->status, known->meaning, known->keep_alive, now);
    channel.reader = std::make_unique<net::http::ResponseReader>(kAnswerBytesMax);
  }
  const auto state = channel.reader->feed(bytes);
  if (state == State::kDone) return take_answer(channel, bytes, first, now);
  if (state == State::kMalformed) return lose(channel, Fate::kMalformed, now);
  if (state == State::kTooLarge) return lose(channel, Fate::kTooLarge, now);
}

void Lane::take_answer(Channel& channel, std::string_view bytes, bool whole, std::int64_t now) {
  const auto reader = std::move(channel.reader);
  const auto& answer = reader->answer();
  const auto& meaning = classifier_.read(answer.status, answer.retry_after_s.has_value(), answer.body);
  if (whole) cache_.remember({std::string(bytes), meaning, answer.status, answer.keep_alive});
  complete(channel, answer.status, meaning, answer.keep_alive, now);
}

void Lane::complete(Channel& channel, int status, const Meaning& meaning, bool keep_alive, std::int64_t now) {
  if (channel.ask.measured) recorder_->answered(channel.ask, status, meaning, now);
  channel.loaded = false;
  --in_flight_;
  channel.stage = Stage::kIdle;
  if (plan_.cold || !keep_alive) {
    close(channel);
    channel.stage = Stage::kIdle;
  }
  next(channel, now);
}

void Lane::lose(Channel& channel, Fate fate, std::int64_t now) {
  if (channel.ask.measured) recorder_->ended(channel.ask, fate, now);
  channel.loaded = false;
  --in_flight_;
  close(channel);
  channel.stage = Stage::kIdle;
  next(channel, now);
}

}  // namespace coupon::load
