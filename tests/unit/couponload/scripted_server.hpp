#pragma once
// A small HTTP server inside a test that answers as a function says, and remembers what it was asked.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/http/message.hpp"

namespace coupon::load::test {

struct Seen {
  std::string line;  ///< "POST /a?b"
  std::string body;
  std::string authorization;
};

class ScriptedServer {
 public:
  using Answer = std::function<net::http::Response(const Seen&)>;
  explicit ScriptedServer(Answer answer);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::vector<Seen> seen() const;
  /// Only the lines.
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Answers by the beginning of a request's line; 404 for the rest.
[[nodiscard]] ScriptedServer::Answer answers(std::vector<std::pair<std::string, net::http::Response>> table);

}  // namespace coupon::load::test
