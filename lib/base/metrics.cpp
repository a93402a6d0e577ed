#include "base/metrics.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include "base/clock.hpp"

namespace coupon::base {

void Counter::add(double by) { impl_->Increment(by); }
double Counter::value() const { return impl_->Value(); }
void Gauge::set(double value) { impl_->Set(value); }
void Gauge::add(double by) { impl_->Increment(by); }
void Distribution::observe(double value) { impl_->Observe(value); }

struct Metrics::Impl {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  prometheus::Gauge* memory = nullptr;
  prometheus::Gauge* descriptors = nullptr;
};

namespace {

std::map<std::string, std::string> to_map(Metrics::Labels labels) {
  std::map<std::string, std::string> out;
  for (const auto& [key, value] : labels) out.emplace(key, value);
  return out;
}

}  // namespace

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {
  impl_->memory = &prometheus::BuildGauge()
                       .Name("process_resident_memory_bytes")
                       .Help("Resident memory")
                       .Register(impl_->registry)
                       .Add({});
  impl_->descriptors =
      &prometheus::BuildGauge().Name("process_open_fds").Help("Open descriptors").Register(impl_->registry).Add({});
  prometheus::BuildGauge()
      .Name("process_start_time_seconds")
      .Help("Start of the process, seconds since 1970")
      .Register(impl_->registry)
      .Add({})
      .Set(static_cast<double>(SystemClock{}.wall_ms()) / 1000.0);
}

Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, Labels labels) {
  return Counter(prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry).Add(to_map(labels)));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, Labels labels) {
  return Gauge(prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry).Add(to_map(labels)));
}

Distribution Metrics::distribution(const std::string& name, const std::string& help, double first, int count,
                                   Labels labels) {
  prometheus::Histogram::BucketBoundaries bounds;
  for (double bound = first; count > 0; --count, bound *= 2) bounds.push_back(bound);
  return Distribution(
      prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry).Add(to_map(labels), bounds));
}

std::string Metrics::text() const {
  impl_->memory->Set(static_cast<double>(resident_bytes()));
  impl_->descriptors->Set(static_cast<double>(open_descriptors()));
  return prometheus::TextSerializer{}.Serialize(impl_->registry.Collect());
}

std::size_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  in >> total >> resident;
  return in ? resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

std::size_t open_descriptors() {
  std::error_code error;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; !error && it != end; it.increment(error)) {
    ++count;
  }
  return count;
}

}  // namespace coupon::base
