#pragma once
// Prometheus metrics. Names end in their unit (_seconds, _bytes, _total); labels come from fixed sets only, so that
// the number of series is bounded. All calls are thread-safe; add, set and observe do not allocate or block.

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace coupon::base {

class Counter {
 public:
  explicit Counter(prometheus::Counter& impl) : impl_(&impl) {}
  void add(double by = 1);  ///< `by` must not be negative
  [[nodiscard]] double value() const;

 private:
  prometheus::Counter* impl_;
};

class Gauge {
 public:
  explicit Gauge(prometheus::Gauge& impl) : impl_(&impl) {}
  void set(double value);
  void add(double by);

 private:
  prometheus::Gauge* impl_;
};

class Distribution {
 public:
  explicit Distribution(prometheus::Histogram& impl) : impl_(&impl) {}
  void observe(double value);

 private:
  prometheus::Histogram* impl_;
};

/// Owns the series; the handles it gives stay valid as long as it lives. Asking twice for the same name and labels
/// gives the same series.
class Metrics {
 public:
  using Labels = std::initializer_list<std::pair<const char*, const char*>>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  [[nodiscard]] Counter counter(const std::string& name, const std::string& help, Labels labels = {});
  [[nodiscard]] Gauge gauge(const std::string& name, const std::string& help, Labels labels = {});
  /// Buckets double from `first` for `count` steps.
  [[nodiscard]] Distribution distribution(const std::string& name, const std::string& help, double first, int count,
                                          Labels labels = {});

  /// The exposition text (version 0.0.4), with process_resident_memory_bytes, process_open_fds and
  /// process_start_time_seconds.
  [[nodiscard]] std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Resident memory of this process in bytes; 0 when /proc cannot be read.
[[nodiscard]] std::size_t resident_bytes();
/// Open descriptors of this process; 0 when /proc cannot be read.
[[nodiscard]] std::size_t open_descriptors();

}  // namespace coupon::base
