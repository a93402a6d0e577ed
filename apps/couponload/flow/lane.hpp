#pragma once
// One load thread's part of a flow.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "couponload/burst/health_watch.hpp"
#include "couponload/flow/answer_cache.hpp"
#include "couponload/flow/channel.hpp"
#include "couponload/flow/flow.hpp"
#include "couponload/flow/recorder.hpp"
#include "couponload/pacing/arrivals.hpp"
#include "couponload/pacing/closed_pacing.hpp"

namespace coupon::load {

/// Both calls block and run `io` on the calling thread.
class Lane {
 public:
  /// Lane `index` of `plan.threads`, with its share of the connections and of the requests.
  Lane(boost::asio::io_context& io, const FlowPlan& plan, int index, RunProgress& progress);

  /// Opens and primes the connections; a connection gets three attempts.
  void open(const std::stop_token& stop);
  /// Warm-up from `start_ns` on, then the measured window, then the answers that are missing.
  void run(std::int64_t start_ns, const std::stop_token& stop);

  /// After run().
  [[nodiscard]] Recorder& recorder() { return *recorder_; }
  [[nodiscard]] ThreadHealth& health() { return health_; }
  [[nodiscard]] const base::Histogram& connect() const { return connect_; }
  [[nodiscard]] const OpenTrouble& trouble() const { return trouble_; }
  [[nodiscard]] std::int64_t syn_retransmits() const { return syn_retransmits_; }
  [[nodiscard]] std::int64_t unsent() const { return unsent_; }

 private:
  using ErrorCode = boost::system::error_code;

  // Connections: lane_open.cpp
  void dial(Channel& channel);
  void on_connected(Channel& channel, const ErrorCode& error);
  void established(Channel& channel, std::int64_t now);
  void settle(Channel& channel, std::int64_t now);
  void prime(Channel& channel);
  void on_primed(Channel& channel, net::http::ResponseReader::State state);
  void fail_open(Channel& channel, std::string_view reason);
  void close(Channel& channel);

  // Requests and answers: lane_ask.cpp
  void launch(Channel& channel, const FlowAsk& ask);
  void transmit(Channel& channel);
  void receive(Channel& channel);
  void on_received(Channel& channel, const ErrorCode& error, std::size_t size);
  void on_bytes(Channel& channel, std::string_view bytes, std::int64_t now);
  void on_ended(Channel& channel, bool properly, std::int64_t now);
  void on_answer(Channel& channel, std::string_view bytes, std::int64_t now);
  void take_answer(Channel& channel, std::string_view bytes, bool whole, std::int64_t now);
  void complete(Channel& channel, int status, const Meaning& meaning, bool keep_alive, std::int64_t now);
  void lose(Channel& channel, Fate fate, std::int64_t now);

  // Bytes on their way, encrypted or not: lane_wire.cpp
  [[nodiscard]] ErrorCode write(Channel& channel, std::string_view bytes);
  [[nodiscard]] ErrorCode write_raw(Channel& channel, std::string_view bytes);
  void write_rest(Channel& channel);
  void shake(Channel& channel);
  void decrypt(Channel& channel, std::string_view bytes, std::int64_t now);

  // Pacing: lane.cpp
  void begin(std::int64_t start_ns);
  void next(Channel& channel, std::int64_t free_ns);
  void next_closed(Channel& channel, std::int64_t free_ns);
  [[nodiscard]] FlowAsk closed_ask(std::int64_t due_ns);
  void feed();
  [[nodiscard]] std::optional<FlowAsk> due(std::int64_t now);
  [[nodiscard]] std::optional<std::int64_t> next_due_ns(std::int64_t now) const;
  void arm(std::optional<std::int64_t> due_ns);
  void on_due();
  void schedule_sweep();
  void sweep();
  void sweep(Channel& channel, std::int64_t now);
  void end_if_over(std::int64_t now);
  void stop_loop(std::int64_t now);

  boost::asio::io_context& io_;
  const FlowPlan& plan_;
  RunProgress& progress_;
  RequestTemplate request_;
  Classifier classifier_;
  AnswerCache cache_;
  std::string plaintext_;  // of what just came
  std::string sealed_;     // of what is just being sent
  std::deque<Channel> channels_;
  std::size_t settled_ = 0;
  bool running_ = false;

  std::uint64_t index_;
  std::uint64_t lanes_;
  std::int64_t measure_ns_ = 0;  // begin of the measured window
  std::int64_t end_ns_ = 0;      // and its end
  Arrivals warm_;
  Arrivals arrivals_;
  std::optional<ClosedPacing> closed_;
  std::uint64_t next_seq_;                                  // closed
  std::deque<Channel*> idle_;                               // rate: in turn
  std::deque<std::pair<std::int64_t, Channel*>> thinking_;  // closed: in order of what is due

  boost::asio::steady_timer due_timer_;
  std::int64_t armed_ns_ = 0;  // 0: not armed
  boost::asio::steady_timer sweep_timer_;
  HealthWatch watch_;
  std::optional<Recorder> recorder_;
  std::size_t in_flight_ = 0;
  std::int64_t reported_ = 0;
  std::int64_t unsent_ = 0;
  std::int64_t syn_retransmits_ = 0;
  base::Histogram connect_;
  OpenTrouble trouble_;
  ThreadHealth health_;
};

}  // namespace coupon::load
