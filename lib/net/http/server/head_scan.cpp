#include "net/http/server/head_scan.hpp"

namespace coupon::net::http {

namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

// Not short-circuiting: every byte of a good header is looked at anyway, and the compiler takes a whole step at once.
bool has_control_character(std::string_view line) {
  constexpr std::size_t kStep = 16;
  unsigned char found = 0;
  for (; line.size() >= kStep; line.remove_prefix(kStep)) {
    for (std::size_t i = 0; i < kStep; ++i) found |= is_control(line[i]) ? 1 : 0;
  }
  for (const char c : line) found |= is_control(c) ? 1 : 0;
  return found != 0;
}

bool starts_a_request(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

}  // namespace

std::string_view line_problem(std::string_view line) {
  if (line.empty() || line.back() != '\r') return "every line must end with CRLF";
  if (has_control_character(line.substr(0, line.size() - 1))) return "there is a control character in a line";
  return {};
}

HeadScan::State HeadScan::refuse(std::string_view problem) {
  problem_ = problem;
  return State::kMalformed;
}

bool HeadScan::accept_line(std::string_view line) {
  problem_ = line_problem(line);
  if (problem_.empty() && line_ > begin_ && (line.front() == ' ' || line.front() == '\t')) {
    problem_ = "a header line starts with white space (folded fields are not accepted)";
  }
  return problem_.empty();
}

HeadScan::State HeadScan::advance(std::string_view data) {
  if (begin_ == 0 && data.starts_with("\r\n")) begin_ = line_ = 2;
  const bool blank_line_begun = begin_ == 0 && data == "\r";
  if (data.size() > begin_ && !blank_line_begun && !starts_a_request(data[begin_])) {
    return refuse("the request does not start with a method");
  }
  for (;;) {
    const auto newline = data.find('\n', line_);
    if (newline == std::string_view::npos) return State::kIncomplete;
    const auto line = data.substr(line_, newline - line_);
    if (!accept_line(line)) return State::kMalformed;
    line_ = static_cast<std::uint32_t>(newline + 1);
    if (line.size() == 1) return State::kComplete;
  }
}

}  // namespace coupon::net::http
