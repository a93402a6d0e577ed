#include "scripted_server.hpp"

#include <fmt/core.h>
#include <mutex>
#include <stdexcept>

#include "base/metrics.hpp"
#include "net/http/server.hpp"

namespace coupon::load::test {

namespace {

constexpr int kNotFound = 404;

std::string_view name_of(net::http::Method method) {
  switch (method) {
    case net::http::Method::kGet: return "GET";
    case net::http::Method::kPost: return "POST";
    case net::http::Method::kDelete: return "DELETE";
    default: return "OTHER";
  }
}

}  // namespace

struct ScriptedServer::Impl {
  explicit Impl(Answer the_answer) : answer(std::move(the_answer)), server({.port = 0}, metrics) {}

  void handle(const net::http::Request& request, net::http::Responder responder) {
    Seen one{.line = fmt::format("{} {}", name_of(request.method), request.target),
             .body = std::string(request.body),
             .authorization = std::string(request.header("authorization"))};
    auto response = answer(one);
    {
      const std::lock_guard lock(mutex);
      seen.push_back(std::move(one));
    }
    responder(std::move(response));
  }

  Answer answer;
  mutable std::mutex mutex;
  std::vector<Seen> seen;  // guarded by mutex
  base::Metrics metrics;
  net::http::Server server;
};

ScriptedServer::ScriptedServer(Answer answer) : impl_(std::make_unique<Impl>(std::move(answer))) {
  const auto started = impl_->server.start([this](base::Scheduler&, int) -> net::http::Handler {
    return [this](const net::http::Request& request, net::http::Responder responder) {
      impl_->handle(request, std::move(responder));
    };
  });
  if (!started) throw std::runtime_error(started.error().message);
}

ScriptedServer::~ScriptedServer() = default;

std::string ScriptedServer::url() const { return fmt::format("http://127.0.0.1:{}", impl_->server.port()); }

std::vector<Seen> ScriptedServer::seen() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->seen;
}

std::vector<std::string> ScriptedServer::lines() const {
  std::vector<std::string> all;
  for (const auto& one : seen()) all.push_back(one.line);
  return all;
}

ScriptedServer::Answer answers(std::vector<std::pair<std::string, net::http::Response>> table) {
  return [table = std::move(table)](const Seen& seen) {
    for (const auto& [beginning, response] : table) {
      if (seen.line.starts_with(beginning)) return response;
    }
    return net::http::Response{.status = kNotFound, .body = R"({"no":"route"})"};
  };
}

}  // namespace coupon::load::test
