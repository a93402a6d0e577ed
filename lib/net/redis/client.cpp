#include "net/redis/client.hpp"

#include <utility>

#include "net/redis/client_impl.hpp"
#include "net/redis/loop.hpp"

namespace coupon::net::redis {

Client::Client(Loop& loop, Config config, base::Metrics& metrics)
    : impl_(std::make_shared<Impl>(loop.impl_->io, std::move(config), metrics)) {
  impl_->start();
}

Client::~Client() { impl_->close_and_wait(); }

void Client::call(const Arguments& command, Done done) {
  Impl::Call call;
  call.arguments = command;
  call.done = std::move(done);
  impl_->submit(std::move(call));
}

void Client::run(const Script& script, Arguments arguments, Done done) {
  Impl::Call call;
  call.script = &script;
  call.arguments = std::move(arguments);
  call.done = std::move(done);
  impl_->submit(std::move(call));
}

base::Result<> Client::ready() const { return impl_->ready(); }

}  // namespace coupon::net::redis
