#include "net/http/message.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/text.hpp"

namespace coupon::net::http {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

struct Phrase {
  int status;
  std::string_view text;
};

constexpr std::array kPhrases{Phrase{100, "Continue"},
                              Phrase{200, "OK"},
                              Phrase{201, "Created"},
                              Phrase{202, "Accepted"},
                              Phrase{204, "No Content"},
                              Phrase{301, "Moved Permanently"},
                              Phrase{302, "Found"},
                              Phrase{303, "See Other"},
                              Phrase{304, "Not Modified"},
                              Phrase{307, "Temporary Redirect"},
                              Phrase{308, "Permanent Redirect"},
                              Phrase{400, "Bad Request"},
                              Phrase{401, "Unauthorized"},
                              Phrase{403, "Forbidden"},
                              Phrase{404, "Not Found"},
                              Phrase{405, "Method Not Allowed"},
                              Phrase{406, "Not Acceptable"},
                              Phrase{408, "Request Timeout"},
                              Phrase{409, "Conflict"},
                              Phrase{410, "Gone"},
                              Phrase{412, "Precondition Failed"},
                              Phrase{413, "Content Too Large"},
                              Phrase{414, "URI Too Long"},
                              Phrase{415, "Unsupported Media Type"},
                              Phrase{417, "Expectation Failed"},
                              Phrase{422, "Unprocessable Content"},
                              Phrase{425, "Too Early"},
                              Phrase{428, "Precondition Required"},
                              Phrase{429, "Too Many Requests"},
                              Phrase{431, "Request Header Fields Too Large"},
                              Phrase{500, "Internal Server Error"},
                              Phrase{501, "Not Implemented"},
                              Phrase{502, "Bad Gateway"},
                              Phrase{503, "Service Unavailable"},
                              Phrase{504, "Gateway Timeout"},
                              Phrase{505, "HTTP Version Not Supported"},
                              Phrase{507, "Insufficient Storage"}};

}  // namespace

Responder::~Responder() {
  if (send_) (*this)(error_response(500, "the request was dropped without an answer"));
}

bool percent_decode(std::string_view text, bool plus_is_space, std::string& out) {
  out.clear();
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '%') {
      if (at + 2 >= text.size()) return false;
      const int high = hex_digit(text[at + 1]);
      const int low = hex_digit(text[at + 2]);
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      at += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return false;
    out += c;
  }
  return true;
}

bool parse_query(std::string_view query, std::vector<std::pair<std::string, std::string>>& out) {
  out.clear();
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    auto& [name, value] = out.emplace_back();
    if (!percent_decode(part.substr(0, equals), true, name)) return false;
    if (equals < part.size() && !percent_decode(part.substr(equals + 1), true, value)) return false;
  }
  return true;
}

std::string_view reason_phrase(int status) {
  const auto found = std::ranges::lower_bound(kPhrases, status, {}, &Phrase::status);
  return found != kPhrases.end() && found->status == status ? found->text : "Unknown";
}

std::string error_body(std::string_view code, std::string_view message) {
  return fmt::format(R"({{"success":false,"error":{{"code":"{}","message":"{}"}},"timestamp":"{}"}})",
                     base::json_escape(code), base::json_escape(message),
                     base::format_instant(base::SystemClock{}.wall_ms()));
}

Response error_response(int status, std::string_view message) {
  Response response;
  response.status = status;
  response.body = error_body(fmt::format("COMMON-{}", status), message);
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace coupon::net::http
