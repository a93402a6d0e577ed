#pragma once
// What a parsed header must satisfy beyond its syntax: no ambiguity about where the body ends or whom it is for, and
// the bounds of the server.

#include <optional>

#include "net/http/server.hpp"
#include "net/http/server/refusal.hpp"
#include "net/http/server/request_head.hpp"

namespace coupon::net::http {

/// Also settles `head.expects_continue`.
[[nodiscard]] std::optional<Refusal> check_head(RequestHead& head, const ServerConfig& config);

[[nodiscard]] Refusal target_too_long(const ServerConfig& config);
[[nodiscard]] Refusal header_too_large(const ServerConfig& config);
[[nodiscard]] Refusal body_too_large(const ServerConfig& config);

struct TargetParts {
  std::string_view path;
  std::string_view query;
};
/// Path and query of a target that passed the checks; of an absolute target, the part behind its authority.
[[nodiscard]] TargetParts split_target(std::string_view target);

}  // namespace coupon::net::http
