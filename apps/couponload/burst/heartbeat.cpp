#include "couponload/burst/heartbeat.hpp"

#include "couponload/burst/instant.hpp"

namespace coupon::load {

namespace {

constexpr std::int64_t kBeatNs = kNsPerMs;

}  // namespace

Heartbeat::Heartbeat(boost::asio::io_context& io) : timer_(io) {}

void Heartbeat::start(std::int64_t now) {
  beating_ = true;
  due_ns_ = now + kBeatNs;
  wait();
}

void Heartbeat::stop(std::int64_t now) {
  beating_ = false;
  count_due(now);
  timer_.cancel();
}

void Heartbeat::wait() {
  timer_.expires_at(to_instant(due_ns_));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || !beating_) return;
    count_due(now_ns());
    wait();
  });
}

void Heartbeat::count_due(std::int64_t now) {
  for (; due_ns_ <= now; due_ns_ += kBeatNs) lag_.record(now - due_ns_);
}

}  // namespace coupon::load
