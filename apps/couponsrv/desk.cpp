#include "couponsrv/desk.hpp"

#include <exception>
#include <utility>

#include "base/log.hpp"

namespace coupon::srv {

using net::http::Response;

namespace {

Response run_guarded(Desk::Work& work, service::Backend& backend) {
  try {
    return work(backend);
  } catch (const std::exception& error) {
    base::log::error("desk: {}", error.what());
  } catch (...) {
    base::log::error("desk: an exception of unknown type");
  }
  return net::http::error_response(500, "internal error; the server's log has the reason");
}

}  // namespace

Desk::Desk(base::Metrics& metrics, std::size_t queue_max)
    : queue_max_(queue_max),
      refused_(metrics.counter("desk_refused_total", "Calls answered 503 because the desk's queue was full")) {}

base::Result<> Desk::start(profile::Engines& engines, const base::Clock& clock, base::Metrics& metrics,
                           std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) {
    auto bench = profile::Workbench::open(engines, clock, metrics);
    if (!bench) return std::unexpected(bench.error());
    benches_.push_back(std::move(*bench));
  }
  for (auto& bench : benches_) {
    threads_.emplace_back([this, &bench] { run(bench->backend()); });
  }
  return {};
}

Desk::~Desk() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Desk::submit(base::Scheduler& loop, net::http::Responder responder, Work work) {
  {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() < queue_max_) {
      queue_.push_back({&loop, std::move(responder), std::move(work)});
      wake_.notify_one();
      return;
    }
  }
  refused_.add();
  responder(net::http::error_response(503, "too many requests are waiting"));
}

void Desk::run(service::Backend& backend) {
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    auto item = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    auto response = run_guarded(item.work, backend);
    item.loop->post([responder = std::move(item.responder), response = std::move(response)]() mutable {
      responder(std::move(response));
    });
  }
}

}  // namespace coupon::srv
