#include "couponsrv/request_checks.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "couponsrv/answers.hpp"

namespace coupon::srv {

using net::http::Request;
using net::http::Response;

namespace {

constexpr std::string_view kBearer = "Bearer ";

bool same_text(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_json(std::string_view content_type) {
  const auto semicolon = std::min(content_type.find(';'), content_type.size());
  if (!same_text(trimmed(content_type.substr(0, semicolon)), "application/json")) return false;
  if (semicolon == content_type.size()) return true;
  const auto parameter = trimmed(content_type.substr(semicolon + 1));
  return same_text(parameter, "charset=utf-8") || same_text(parameter, "charset=\"utf-8\"");
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return {digest.begin(), digest.end()};
}

}  // namespace

std::optional<Response> check_json(const Request& request) {
  if (!request.query.empty()) return check_no_query(request);
  if (is_json(request.header("Content-Type"))) return std::nullopt;
  return net::http::error_response(415, "Content-Type must be application/json");
}

std::optional<Response> check_empty_body(const Request& request) {
  if (request.body.empty()) return std::nullopt;
  return bad_request("this call takes no body");
}

std::optional<Response> check_no_query(const Request& request) {
  if (request.query.empty()) return std::nullopt;
  return bad_request("this call takes no query parameters");
}

AdminAccess::AdminAccess(const std::string& token, const std::string& listen_address)
    : digest_(token.empty() ? std::string() : sha256(token)),
      loopback_(listen_address.starts_with("127.") || listen_address == "::1") {}

std::optional<Response> AdminAccess::check(const Request& request) const {
  if (digest_.empty()) {
    if (loopback_) return std::nullopt;
    return net::http::error_response(403, "no admin token is configured: start couponsrv with COUPON_ADMIN_TOKEN");
  }
  const auto given = request.header("Authorization");
  if (given.size() <= kBearer.size() || !same_text(given.substr(0, kBearer.size()), kBearer)) {
    auto response = net::http::error_response(401, "this call needs Authorization: Bearer TOKEN");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  const auto digest = sha256(given.substr(kBearer.size()));
  if (CRYPTO_memcmp(digest.data(), digest_.data(), digest_.size()) == 0) return std::nullopt;
  return net::http::error_response(403, "the token is not the admin token");
}

}  // namespace coupon::srv
