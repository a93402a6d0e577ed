#include "fixture.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

namespace coupon::test {

namespace {

std::string_view name_of(http::Method method) {
  switch (method) {
    case http::Method::kGet: return "GET";
    case http::Method::kHead: return "HEAD";
    case http::Method::kPost: return "POST";
    case http::Method::kPut: return "PUT";
    case http::Method::kDelete: return "DELETE";
    case http::Method::kPatch: return "PATCH";
    case http::Method::kOptions: return "OPTIONS";
    case http::Method::kOther: break;
  }
  return "OTHER";
}

}  // namespace

http::ServerConfig test_config() {
  http::ServerConfig config;
  config.port = 0;
  return config;
}

void echo(const http::Request& request, http::Responder respond) {
  http::Response response;
  response.content_type = "text/plain";
  response.body.append(name_of(request.method)).append(" ").append(request.target).append("|").append(request.body);
  respond(std::move(response));
}

TestServer::TestServer(http::Handler handler, http::ServerConfig config)
    : TestServer([&](base::Scheduler&, int) { return handler; }, std::move(config)) {}

TestServer::TestServer(const http::Server::MakeHandler& make_handler, http::ServerConfig config)
    : server_(std::move(config), metrics_) {
  if (const auto started = server_.start(make_handler); !started) throw std::runtime_error(started.error().message);
}

double TestServer::metric(std::string_view series) const {
  const auto text = "\n" + metrics_.text();
  const auto at = text.find("\n" + std::string(series) + " ");
  if (at == std::string::npos) throw std::runtime_error("no series " + std::string(series));
  return std::stod(text.substr(at + series.size() + 2));
}

bool TestServer::reaches(std::string_view series, double value) const {
  return eventually([&] { return metric(series) >= value; });
}

bool TestServer::falls_to(std::string_view series, double value) const {
  return eventually([&] { return metric(series) <= value; });
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + RawHttp::kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace coupon::test
