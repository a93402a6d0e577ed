#include "net/http/server/response_text.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include "base/append.hpp"

namespace coupon::net::http {

namespace {

constexpr int kNoContent = 204;
constexpr int kNotModified = 304;

bool is_field_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c > 0x20 && c < 0x7f && c != ':'; });
}

bool is_field_value(std::string_view value) {
  return std::ranges::all_of(value, [](unsigned char c) { return (c >= 0x20 && c != 0x7f) || c == '\t'; });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  base::append(out, name, ": ", value, "\r\n");
}

void append_connection(std::string& out, Framing::Connection connection) {
  switch (connection) {
    case Framing::Connection::kUnsaid: return;
    case Framing::Connection::kClose: return append_field(out, "Connection", "close");
    case Framing::Connection::kKeepAlive: return append_field(out, "Connection", "keep-alive");
  }
}

}  // namespace

bool is_sendable(const Response& response) {
  constexpr int kFirstFinal = 200;
  constexpr int kLast = 599;
  return response.status >= kFirstFinal && response.status <= kLast && is_field_value(response.content_type) &&
         std::ranges::all_of(response.headers, [](const auto& field) {
           return is_field_name(field.first) && is_field_value(field.second);
         });
}

void append_response(std::string& out, const Response& response, const Framing& framing) {
  constexpr std::size_t kUsualHeader = 256;
  const bool bodiless = response.status == kNoContent || response.status == kNotModified;
  const auto needed = out.size() + kUsualHeader + response.body.size();
  if (out.capacity() < needed) out.reserve(std::max(needed, 2 * out.capacity()));
  base::append(out, "HTTP/1.1 ", response.status, ' ', reason_phrase(response.status), "\r\n");
  append_field(out, "Date", framing.date);
  if (!bodiless) {
    if (!response.body.empty()) append_field(out, "Content-Type", response.content_type);
    base::append(out, "Content-Length: ", response.body.size(), "\r\n");
  }
  append_connection(out, framing.connection);
  for (const auto& [name, value] : response.headers) append_field(out, name, value);
  out.append("\r\n");
  if (!bodiless && !framing.head_only) out.append(response.body);
}

std::string http_date() { return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr))); }

}  // namespace coupon::net::http
