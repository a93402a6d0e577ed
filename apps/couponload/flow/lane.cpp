#include "couponload/flow/lane.hpp"

#include <boost/asio/post.hpp>

#include "couponload/burst/instant.hpp"

namespace coupon::load {

namespace asio = boost::asio;
using Stage = Channel::Stage;

namespace {

constexpr std::chrono::milliseconds kSweepEvery{20};
constexpr std::int64_t kRedialAfterNs = 100'000'000;

std::size_t share_of(std::size_t whole, std::size_t index, std::size_t shares) {
  return whole / shares + (index < whole % shares ? 1 : 0);
}

}  // namespace

Lane::Lane(asio::io_context& io, const FlowPlan& plan, int index, RunProgress& progress)
    : io_(io),
      plan_(plan),
      progress_(progress),
      request_(plan.request),
      classifier_(*plan.profile),
      index_(static_cast<std::uint64_t>(index)),
      lanes_(static_cast<std::uint64_t>(plan.threads)),
      next_seq_(index_),
      due_timer_(io),
      sweep_timer_(io),
      watch_(io) {
  const auto count = share_of(plan.connections, index_, lanes_);
  for (std::size_t i = 0; i < count; ++i) channels_.emplace_back(io, index_ + i * lanes_);
}

void Lane::run(std::int64_t start_ns, const std::stop_token& stop) {
  begin(start_ns);
  const std::stop_callback wake(stop, [this] { asio::post(io_, [this] { io_.stop(); }); });
  if (!stop.stop_requested()) io_.run();
  stop_loop(now_ns());
}

void Lane::begin(std::int64_t start_ns) {
  running_ = true;
  measure_ns_ = start_ns + plan_.warmup_ns;
  end_ns_ = measure_ns_ + plan_.duration_ns;
  recorder_.emplace(plan_, measure_ns_);
  if (plan_.mode == Mode::kRate) {
    const auto first = plan_.shard.place(index_);
    const auto step = lanes_ * plan_.shard.count;
    warm_ = Arrivals(Stages(plan_.stages.first_rate_per_s(), plan_.warmup_ns), start_ns, first, step);
    arrivals_ = Arrivals(plan_.stages, measure_ns_, first, step);
  } else {
    closed_.emplace(plan_.think_ns, end_ns_);
  }
  schedule_sweep();
  if (plan_.warmup_ns == 0) watch_.start(measure_ns_);
  for (auto& channel : channels_) {
    if (channel.stage == Stage::kIdle) next(channel, start_ns - plan_.think_ns);
  }
}

// A channel is free for the next request.
void Lane::next(Channel& channel, std::int64_t free_ns) {
  if (plan_.mode == Mode::kClosed) return next_closed(channel, free_ns);
  if (!plan_.cold && !channel.socket.is_open()) return dial(channel);
  channel.stage = Stage::kIdle;
  if (!channel.queued) idle_.push_back(&channel);
  channel.queued = true;
  feed();
}

void Lane::next_closed(Channel& channel, std::int64_t free_ns) {
  channel.stage = Stage::kIdle;
  const auto due_ns = closed_->next_ns(free_ns);
  if (!due_ns) return;
  if (plan_.think_ns == 0) return launch(channel, closed_ask(*due_ns));
  channel.stage = Stage::kThinking;
  thinking_.emplace_back(*due_ns, &channel);
  arm(thinking_.front().first);
}

FlowAsk Lane::closed_ask(std::int64_t due_ns) {
  FlowAsk ask{.seq = 0, .measured = due_ns >= measure_ns_, .plan_ns = due_ns};
  if (ask.measured) ask.seq = std::exchange(next_seq_, next_seq_ + lanes_);
  return ask;
}

// Gives what is due to the channels that are free; the rest of it stays in the schedule until one is.
void Lane::feed() {
  const auto now = now_ns();
  while (!idle_.empty()) {
    auto& channel = *idle_.front();
    if (channel.stage == Stage::kIdle) {
      const auto ask = due(now);
      if (!ask) break;
      idle_.pop_front();
      channel.queued = false;
      launch(channel, *ask);
    } else {
      idle_.pop_front();
      channel.queued = false;
    }
  }
  if (!idle_.empty()) arm(next_due_ns(now));
}

std::optional<FlowAsk> Lane::due(std::int64_t now) {
  if (now >= end_ns_ + kLastSendsNs) return std::nullopt;
  const bool measured = now >= measure_ns_;
  const auto arrival = measured ? arrivals_.take(now) : warm_.take(now);
  if (!arrival) return std::nullopt;
  return FlowAsk{.seq = arrival->seq / plan_.shard.count, .measured = measured, .plan_ns = arrival->plan_ns};
}

std::optional<std::int64_t> Lane::next_due_ns(std::int64_t now) const {
  if (now < measure_ns_) {
    if (const auto warm = warm_.next_ns()) return warm;
  }
  return arrivals_.next_ns();
}

void Lane::arm(std::optional<std::int64_t> due_ns) {
  if (!due_ns || armed_ns_ == *due_ns) return;
  armed_ns_ = *due_ns;
  due_timer_.expires_at(to_instant(*due_ns));
  due_timer_.async_wait([this](const ErrorCode& stopped) {
    if (!stopped) on_due();
  });
}

void Lane::on_due() {
  armed_ns_ = 0;
  if (plan_.mode == Mode::kRate) return feed();
  const auto now = now_ns();
  while (!thinking_.empty() && thinking_.front().first <= now) {
    const auto [due_ns, channel] = thinking_.front();
    thinking_.pop_front();
    launch(*channel, closed_ask(due_ns));
  }
  if (!thinking_.empty()) arm(thinking_.front().first);
}

void Lane::schedule_sweep() {
  sweep_timer_.expires_after(kSweepEvery);
  sweep_timer_.async_wait([this](const ErrorCode& stopped) {
    if (stopped) return;
    sweep();
    schedule_sweep();
  });
}

void Lane::sweep() {
  const auto now = now_ns();
  if (!watch_.started() && now >= measure_ns_) watch_.start(now);
  for (auto& channel : channels_) sweep(channel, now);
  const auto recorded = recorder_->recorded();
  progress_.answered.fetch_add(recorded - std::exchange(reported_, recorded), std::memory_order_relaxed);
  end_if_over(now);
}

void Lane::sweep(Channel& channel, std::int64_t now) {
  const auto waited_ns = now - (channel.stage == Stage::kAsked ? channel.ask.send_ns : channel.since_ns);
  switch (channel.stage) {
    case Stage::kAsked:
      if (waited_ns >= plan_.timeout_ns) lose(channel, Fate::kTimeout, now);
      return;
    case Stage::kOpening:
    case Stage::kPriming:
      if (waited_ns >= plan_.timeout_ns) fail_open(channel, "not open in time");
      return;
    case Stage::kClosed:
      if (waited_ns >= kRedialAfterNs) next(channel, now - plan_.think_ns);
      return;
    case Stage::kIdle:
    case Stage::kThinking: return;
  }
}

void Lane::end_if_over(std::int64_t now) {
  const bool sent_all = plan_.mode == Mode::kClosed
                            ? now >= end_ns_
                            : now >= end_ns_ && (arrivals_.left() == 0 || now >= end_ns_ + kLastSendsNs);
  if (sent_all && in_flight_ == 0) io_.stop();
}

// Ends what is left, and runs what was cancelled while everything it refers to still lives.
void Lane::stop_loop(std::int64_t now) {
  if (watch_.started()) health_ = watch_.stop(now);
  for (auto& channel : channels_) {
    if (channel.loaded && channel.ask.measured) {
      const bool sent = channel.stage == Stage::kAsked;
      if (!sent) channel.ask.send_ns = now;
      recorder_->ended(channel.ask, sent ? Fate::kInterrupted : Fate::kNotWritten, now);
    }
    close(channel);
  }
  while (arrivals_.take(now)) ++unsent_;  // of a run that was stopped only what was due
  due_timer_.cancel();
  sweep_timer_.cancel();
  io_.restart();
  io_.poll();
}

}  // namespace coupon::load
