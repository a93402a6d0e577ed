#include "net/redis/loop.hpp"

#include <exception>

#include "base/log.hpp"

namespace coupon::net::redis {

void Loop::Impl::run() {
  while (!io.stopped()) {
    try {
      io.run();
    } catch (const std::exception& error) {
      base::log::error("the Redis loop goes on after: {}", error.what());
    }
  }
}

Loop::Loop() : impl_(std::make_unique<Impl>()) {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

Loop::~Loop() {
  impl_->work.reset();
  impl_->io.stop();
  impl_->thread.join();
}

}  // namespace coupon::net::redis
