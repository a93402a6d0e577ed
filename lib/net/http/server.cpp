#include "net/http/server.hpp"

#include <vector>

#include "net/http/server/loop.hpp"

namespace coupon::net::http {

struct Server::Impl {
  Impl(ServerConfig config, base::Metrics& metrics) : shared(std::move(config), metrics) {}

  [[nodiscard]] base::Result<> listen();

  ServerShared shared;
  std::vector<std::unique_ptr<Loop>> loops;
  std::uint16_t port = 0;
};

base::Result<> Server::Impl::listen() {
  auto endpoint = listen_endpoint(shared.config);
  if (!endpoint) return std::unexpected(std::move(endpoint).error());
  for (int index = 0; index < shared.config.threads; ++index) {
    auto& loop = *loops.emplace_back(std::make_unique<Loop>(shared));
    if (index == 0 && endpoint->port() != 0) COUPON_TRY(check_free(loop.io(), *endpoint));
    COUPON_TRY(loop.listen(*endpoint));
    endpoint->port(loop.port());
  }
  port = endpoint->port();
  return {};
}

Server::Server(ServerConfig config, base::Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(config), metrics)) {}

Server::~Server() { stop(); }

base::Result<> Server::start(const MakeHandler& make_handler) {
  if (!impl_->loops.empty()) return base::fail(base::Errc::kConflict, "this server was started before");
  if (impl_->shared.config.threads < 1) return base::fail(base::Errc::kInvalid, "a server needs at least one thread");
  if (auto listening = impl_->listen(); !listening) {
    impl_->loops.clear();
    return listening;
  }
  std::vector<Handler> handlers;
  for (auto& loop : impl_->loops) {
    handlers.push_back(make_handler(loop->scheduler(), static_cast<int>(handlers.size())));
  }
  for (std::size_t index = 0; index < handlers.size(); ++index) {
    impl_->loops[index]->start(std::move(handlers[index]));
  }
  return {};
}

std::uint16_t Server::port() const { return impl_->port; }

std::int64_t Server::stop() {
  for (auto& loop : impl_->loops) loop->begin_stop();
  std::int64_t cut = 0;
  for (auto& loop : impl_->loops) cut += loop->finish();
  return cut;
}

}  // namespace coupon::net::http
