#pragma once
// What a server sent on one connection, read strictly.

#include <string>
#include <string_view>
#include <vector>

namespace coupon::test {

struct StrictAnswer {
  int status = 0;
  bool closes = false;  ///< says Connection: close
  std::string body;
};

struct StrictAnswers {
  std::vector<StrictAnswer> all;  ///< without the interim ones (100)
  std::string problem;            ///< what is not well-formed in `bytes`; empty: nothing
};

/// A status line, fields of tokens, Content-Length and so many bytes, as often as there are bytes; JSON where it says
/// so, with an error's code for a 4xx; nothing behind an answer that says close.
[[nodiscard]] StrictAnswers read_answers(std::string_view bytes);

}  // namespace coupon::test
