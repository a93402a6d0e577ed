#include "doors/http_answers.hpp"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>

#include "support/raw_http.hpp"

namespace coupon::test {

namespace {

std::string head_problem(const std::string& head) {
  static const std::regex kLine("HTTP/1\\.1 [1-5][0-9][0-9] [A-Za-z ]+\r\n");
  static const std::regex kFields("([A-Za-z-]+: [ -~]*\r\n)*\r\n");
  const auto end = head.find('\n') + 1;
  if (!std::regex_match(head.begin(), head.begin() + static_cast<std::ptrdiff_t>(end), kLine))
    return "no status line: " + head;
  if (!std::regex_match(head.begin() + static_cast<std::ptrdiff_t>(end), head.end(), kFields))
    return "no fields: " + head;
  return {};
}

std::string body_problem(const RawResponse& answer) {
  if (answer.header("Content-Type") != "application/json") return "an answer that is no JSON";
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  if (!json.is_object()) return "no JSON object: " + answer.body;
  if (answer.status < 400) return {};
  const bool named =
      json.contains("error") && !json["error"].value("code", "").empty() && !json["error"].value("message", "").empty();
  return named ? std::string() : "an error without code or message: " + answer.body;
}

}  // namespace

StrictAnswers read_answers(std::string_view bytes) {
  StrictAnswers answers;
  while (!bytes.empty()) {
    if (!answers.all.empty() && answers.all.back().closes) answers.problem = "more after an answer that closes";
    const auto end = bytes.find("\r\n\r\n");
    if (end == bytes.npos) answers.problem = "half an answer: " + std::string(bytes);
    if (!answers.problem.empty()) return answers;
    RawResponse answer;
    answer.head = bytes.substr(0, end + 4);
    bytes.remove_prefix(end + 4);
    answers.problem = head_problem(answer.head);
    if (!answers.problem.empty()) return answers;
    answer.status = std::atoi(answer.head.c_str() + std::string_view("HTTP/1.1 ").size());
    if (answer.status == 100) continue;
    const auto length = answer.header("Content-Length");
    const auto size = std::strtoul(length.c_str(), nullptr, 10);
    if (length.empty() || size > bytes.size()) {
      answers.problem = "Content-Length is '" + length + "', and there are " + std::to_string(bytes.size()) + " bytes";
      return answers;
    }
    answer.body = bytes.substr(0, size);
    bytes.remove_prefix(size);
    answers.problem = body_problem(answer);
    answers.all.push_back({answer.status, answer.closes(), answer.body});
  }
  return answers;
}

}  // namespace coupon::test
