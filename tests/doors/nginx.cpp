#include "doors/nginx.hpp"

#include <csignal>
#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <utility>

#include "functional/pipeline_tools.hpp"
#include "support/http_call.hpp"

namespace coupon::test {

namespace {

constexpr const char* kNginx = "/usr/sbin/nginx";

// One connection each to the service: what one client leaves on it, the next one meets. One request a client: a second
// one that reaches the service was hidden in the first.
constexpr const char* kConfig = R"(
daemon off;
master_process off;
pid {0}/nginx.pid;
error_log {0}/nginx.log info;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {0}/body;
  proxy_temp_path {0}/proxy;
  fastcgi_temp_path {0}/fastcgi;
  uwsgi_temp_path {0}/uwsgi;
  scgi_temp_path {0}/scgi;
  upstream strict {{ server 127.0.0.1:{1}; keepalive 1; }}
  upstream lax {{ server 127.0.0.1:{1}; keepalive 1; }}
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_ignore_client_abort on;
  keepalive_timeout 0;
  server {{
    listen 127.0.0.1:{2};
    location / {{ proxy_pass http://strict; }}
  }}
  server {{
    listen 127.0.0.1:{3};
    ignore_invalid_headers off;
    underscores_in_headers on;
    merge_slashes off;
    proxy_request_buffering off;
    proxy_set_header Host $http_host;
    location / {{ proxy_pass http://lax; }}
  }}
}}
)";

std::string write_config(const std::string& folder, std::uint16_t upstream, std::uint16_t strict, std::uint16_t lax) {
  auto path = folder + "/nginx.conf";
  write_file(path, fmt::format(kConfig, folder, upstream, strict, lax));
  return path;
}

}  // namespace

bool Nginx::is_there() { return std::filesystem::exists(kNginx); }

Nginx::Nginx(const std::string& folder, std::uint16_t upstream_port)
    : strict_port_(free_port()),
      lax_port_(free_port()),
      config_(write_config(folder, upstream_port, strict_port_, lax_port_)),
      process_({kNginx, "-c", config_, "-p", folder}) {
  const auto open = [this] {
    return HttpConnection(strict_port_).connected() && HttpConnection(lax_port_).connected();
  };
  EXPECT_TRUE(eventually([&] { return !process_.running() || open(); }) && process_.running()) << process_.err();
}

int Nginx::stop() {
  process_.signal(SIGTERM);
  return process_.wait();
}

}  // namespace coupon::test
