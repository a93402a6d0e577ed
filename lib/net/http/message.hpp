#pragma once
// What a handler sees of a request and gives as an answer. No Beast or Asio type appears here, so that routes compile
// fast and cannot depend on them.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coupon::net::http {

enum class Method { kGet, kHead, kPost, kPut, kDelete, kPatch, kOptions, kOther };

/// Valid only until the handler returns: copy what is needed later.
struct Request {
  Method method = Method::kGet;
  std::string_view target;  ///< as sent, at most ServerConfig::target_bytes_max: "/a%20b?x=1"
  std::string_view path;    ///< the part before '?', still percent-encoded
  std::string_view query;   ///< the part behind '?', or empty
  std::string_view body;
  std::string_view peer;                                          ///< numeric address of the client
  std::function<std::string_view(std::string_view name)> header;  ///< a field's value, any case, or empty
};

struct Response {
  int status = 200;
  std::string body{};
  std::string_view content_type = "application/json";          ///< must outlive the response: a literal
  std::vector<std::pair<std::string, std::string>> headers{};  ///< extra fields; no Content-Length, no Connection
  bool close = false;                                          ///< end the connection after this answer
};

/// Answers one request. Move-only. Call it exactly once, on the loop's thread (at once or later); destroyed without a
/// call, it answers 500, so that no accepted request stays without an answer. Calling it after the client went away
/// is allowed and does nothing.
class Responder {
 public:
  using Send = std::move_only_function<void(Response&&)>;
  explicit Responder(Send send) : send_(std::move(send)) {}
  Responder(Responder&& other) noexcept : send_(std::exchange(other.send_, nullptr)) {}
  Responder& operator=(Responder&&) = delete;
  ~Responder();
  void operator()(Response response) {
    auto send = std::exchange(send_, nullptr);
    if (send) send(std::move(response));
  }

 private:
  Send send_;
};

using Handler = std::function<void(const Request&, Responder)>;

/// Decodes %XX (and, in a query, '+'). False when an escape is broken or the result has a NUL byte.
[[nodiscard]] bool percent_decode(std::string_view text, bool plus_is_space, std::string& out);
/// The decoded pairs of a query in order; false when an escape is broken.
[[nodiscard]] bool parse_query(std::string_view query, std::vector<std::pair<std::string, std::string>>& out);
[[nodiscard]] std::string_view reason_phrase(int status);

/// The JSON of every refusal: {"success":false,"error":{"code":…,"message":…},"timestamp":…} with the present instant.
[[nodiscard]] std::string error_body(std::string_view code, std::string_view message);
/// A refusal with code COMMON-<status>; a 503 also says Retry-After: 1.
[[nodiscard]] Response error_response(int status, std::string_view message);

}  // namespace coupon::net::http
