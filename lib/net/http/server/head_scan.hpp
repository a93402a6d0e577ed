#pragma once
// Finds the end of a request's header in bytes that arrive in any pieces, and refuses at once what no sane client
// sends: bare CR or LF, control characters, folded lines, bytes that are no HTTP at all.

#include <cstdint>
#include <string_view>

namespace coupon::net::http {

/// What is wrong with a line of a header or of a chunked body, given without its line feed: it has to end in a
/// carriage return and have no control characters besides. Empty when nothing is; else a literal.
[[nodiscard]] std::string_view line_problem(std::string_view line);

class HeadScan {
 public:
  enum class State { kIncomplete, kComplete, kMalformed };

  /// `data` starts at the request's first byte and only ever grows between two calls.
  [[nodiscard]] State advance(std::string_view data);

  /// Where the request line starts: behind the one empty line that a client may send before it.
  [[nodiscard]] std::size_t begin() const { return begin_; }
  /// One past the header's final CRLF, once complete.
  [[nodiscard]] std::size_t end() const { return line_; }
  [[nodiscard]] bool in_request_line() const { return line_ == begin_; }
  /// What is wrong, once malformed; a literal.
  [[nodiscard]] std::string_view problem() const { return problem_; }

 private:
  [[nodiscard]] State refuse(std::string_view problem);
  [[nodiscard]] bool accept_line(std::string_view line);

  std::uint32_t begin_ = 0;
  std::uint32_t line_ = 0;  // start of the first line that is not complete
  std::string_view problem_;
};

}  // namespace coupon::net::http
