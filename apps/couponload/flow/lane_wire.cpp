#include "couponload/burst/instant.hpp"
#include "couponload/flow/lane.hpp"

namespace coupon::load {

namespace asio = boost::asio;
using Stage = Channel::Stage;
using Sealing = net::http::TlsFilter::State;

Lane::ErrorCode Lane::write(Channel& channel, std::string_view bytes) {
  if (!channel.tls) return write_raw(channel, bytes);
  sealed_.clear();
  if (channel.tls->seal(bytes, sealed_) != Sealing::kOpen) return asio::error::connection_aborted;
  return write_raw(channel, sealed_);
}

Lane::ErrorCode Lane::write_raw(Channel& channel, std::string_view bytes) {
  if (!channel.unsent.empty()) {
    channel.unsent += bytes;
    return {};
  }
  ErrorCode error;
  const auto size = channel.socket.write_some(asio::buffer(bytes), error);
  if (error && error != asio::error::would_block) return error;
  if (size == bytes.size()) return {};
  channel.unsent = bytes.substr(size);
  write_rest(channel);
  return {};
}

void Lane::write_rest(Channel& channel) {
  channel.socket.async_wait(Socket::wait_write, [this, &channel, life = channel.life](const ErrorCode& stopped) {
    if (stopped || life != channel.life) return;
    ErrorCode error;
    const auto size = channel.socket.write_some(asio::buffer(channel.unsent), error);
    if (error && error != asio::error::would_block) return on_ended(channel, false, now_ns());
    channel.unsent.erase(0, size);
    if (!channel.unsent.empty()) write_rest(channel);
  });
}

void Lane::shake(Channel& channel) {
  channel.tls = std::make_unique<net::http::TlsFilter>(*plan_.route.tls);
  sealed_.clear();
  const bool failed = channel.tls->start(sealed_) == Sealing::kFailed;
  if (failed || write_raw(channel, sealed_)) on_ended(channel, false, now_ns());
}

void Lane::decrypt(Channel& channel, std::string_view bytes, std::int64_t now) {
  const auto life = channel.life;
  const bool shaking = channel.tls->state() == Sealing::kHandshaking;
  plaintext_.clear();
  sealed_.clear();
  const auto state = channel.tls->feed(bytes, plaintext_, sealed_);
  if (!sealed_.empty() && write_raw(channel, sealed_)) return on_ended(channel, false, now);
  if (shaking && state == Sealing::kOpen) established(channel, now);
  if (life == channel.life && !plaintext_.empty()) on_bytes(channel, plaintext_, now);
  const bool over = state == Sealing::kClosed || state == Sealing::kFailed;
  if (life == channel.life && over) on_ended(channel, state == Sealing::kClosed, now);
}

}  // namespace coupon::load
