#pragma once
// Tries again what could not be stored: dead letters that are RETRYING, until their grants have rows, are revoked, or
// were tried often enough and are an operator's.

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "coupon/ledger.hpp"
#include "service/announcer.hpp"

namespace coupon::service {

struct RetrierConfig {
  std::size_t batch_max = 100;  ///< letters in one pass
  RetryPolicy policy;
};

/// One thread at a time. Everything it refers to must outlive it.
class Retrier {
 public:
  /// `announcer` may be null: nobody is told.
  Retrier(Ledger& ledger, Announcer* announcer, const base::Clock& clock, RetrierConfig config, base::Metrics& metrics);

  /// True when there may be more that is due.
  [[nodiscard]] base::Result<bool> pass();

 private:
  Ledger& ledger_;
  Announcer* announcer_;
  const base::Clock& clock_;
  RetrierConfig config_;
  base::Counter redriven_;
  base::Counter discarded_;
  base::Counter opened_;
};

}  // namespace coupon::service
