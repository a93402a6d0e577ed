#pragma once
// Asking an HTTP/1.1 server, one question at a time: for administration, checks and tests. No Beast or Asio type
// appears here. What load needs beyond it lies in net/http/client/.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "net/http/client/tls.hpp"
#include "net/http/client/url.hpp"

namespace coupon::net::http {

struct Answer {
  int status = 0;
  std::string body;
  std::optional<std::int64_t> retry_after_s;  ///< set when the field is there; 0 when it is a date
  bool keep_alive = true;                     ///< the connection takes another question
};

struct Question {
  std::string method = "GET";
  std::string target = "/";  ///< path and query, encoded; the URL's base path is put in front
  std::string body;          ///< sent as application/json when not empty, unless `headers` have a Content-Type
  std::vector<std::pair<std::string, std::string>> headers;  ///< extra fields; no Host, Content-Length or Connection
};

/// The request as bytes.
[[nodiscard]] std::string serialize(const Url& url, const Question& question);

struct ClientConfig {
  std::int64_t timeout_ms = 10'000;                       ///< for one question, connecting and handshake included
  std::size_t answer_bytes_max = std::size_t{64} * 1024;  ///< header and body, each
  TlsSettings tls = {};                                   ///< for an https URL
};

/// One connection, opened with the first question and kept. Blocks; not thread-safe: one per thread.
class Client {
 public:
  explicit Client(Url url, ClientConfig config = {});
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// Any status is an answer. Errors: kUnavailable when nothing was asked (retryable, unless TLS or the
  /// certificate is the matter); kInvalid when the file of authorities is no such thing; kTimeout and kIo when
  /// something may have: the outcome is unknown; kCorrupt when what came back is no HTTP or too large. A kept
  /// connection that turns out to be closed is replaced once for methods that are safe to repeat.
  [[nodiscard]] base::Result<Answer> ask(const Question& question);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coupon::net::http
