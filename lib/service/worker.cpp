#include "service/worker.hpp"

#include <chrono>

#include "base/log.hpp"
#include "service/backoff.hpp"

namespace coupon::service {

using base::Result;

Worker::Worker(Persister& persister, Relay& relay, const WorkerConfig& config) : config_(config) {
  if (config_.persist) {
    persist_ = std::thread([this, &persister] {
      loop("persist", persist_trouble_, config_.backoff_max_ms, [this, &persister]() -> Result<bool> {
        const auto pass = persister.pass(config_.poll_wait_ms);
        if (!pass) return std::unexpected(pass.error());
        if (pass->blocked) {
          return base::fail(base::Errc::kUnsupported, "a record of a newer version waits: upgrade this program");
        }
        return true;
      });
    });
  }
  if (config_.relay) {
    relay_ = std::thread([this, &relay] {
      loop("relay", relay_trouble_, config_.relay_interval_ms, [&relay]() -> Result<bool> {
        const auto pass = relay.pass();
        if (!pass) return std::unexpected(pass.error());
        return false;
      });
    });
  }
}

Worker::~Worker() { stop(); }

void Worker::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (persist_.joinable()) persist_.join();
  if (relay_.joinable()) relay_.join();
}

std::string Worker::trouble() const {
  const std::scoped_lock lock(mutex_);
  return persist_trouble_.empty() ? relay_trouble_ : persist_trouble_;
}

bool Worker::wait(std::int64_t delay_ms) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, std::chrono::milliseconds(delay_ms), [this] { return stopping_; });
}

void Worker::loop(const char* name, std::string& trouble, std::int64_t interval_ms, const Pass& pass) {
  Backoff backoff(config_.backoff_ms, config_.backoff_max_ms);
  std::int64_t delay_ms = 0;
  while (wait(delay_ms)) {
    const auto done = pass();
    {
      const std::scoped_lock lock(mutex_);
      trouble = done ? std::string() : std::string(name) + ": " + done.error().message;
    }
    if (done) {
      backoff.reset();
      delay_ms = *done ? 0 : interval_ms;
    } else {
      delay_ms = backoff.next_ms();
      base::log::error("{}: {}; again in {} ms", name, done.error().message, delay_ms);
    }
  }
}

}  // namespace coupon::service
