#include "service/retrier.hpp"

#include <utility>
#include <vector>

#include "base/log.hpp"

namespace coupon::service {

using base::Result;

Retrier::Retrier(Ledger& ledger, Announcer* announcer, const base::Clock& clock, RetrierConfig config,
                 base::Metrics& metrics)
    : ledger_(ledger),
      announcer_(announcer),
      clock_(clock),
      config_(config),
      redriven_(metrics.counter("dead_letters_retried_total", "Dead letters tried again", {{"outcome", "redriven"}})),
      discarded_(metrics.counter("dead_letters_retried_total", "Dead letters tried again", {{"outcome", "discarded"}})),
      opened_(metrics.counter("dead_letters_retried_total", "Dead letters tried again", {{"outcome", "opened"}})) {}

// model: Retry
Result<bool> Retrier::pass() {
  const auto done = ledger_.retry_letters(config_.batch_max, config_.policy, clock_.wall_ms());
  if (!done) return std::unexpected(done.error());
  redriven_.add(static_cast<double>(done->redriven));
  discarded_.add(static_cast<double>(done->discarded));
  opened_.add(static_cast<double>(done->opened));
  if (done->opened > 0) {
    base::log::error("{} dead letters wait for an operator: couponctl dlt list --state OPEN", done->opened);
  }
  if (announcer_ != nullptr && !done->inserted.empty()) {
    std::vector<JournalRecord> issued;
    for (const auto& event : done->inserted) issued.push_back(encode(event));
    COUPON_TRY(announcer_->start(std::move(issued), {}).wait());
  }
  return done->taken() == config_.batch_max;
}

}  // namespace coupon::service
