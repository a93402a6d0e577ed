#include "net/http/client.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/core.h>
#include <strings.h>
#include <utility>

#include "net/http/client/link.hpp"
#include "net/http/client/response_reader.hpp"

namespace coupon::net::http {

using base::Errc;
using base::fail;
using base::fail_retryable;
using base::Result;

namespace {

using Instant = Link::Instant;
using State = ResponseReader::State;

constexpr char kTlsAlert = 0x15;  // the first byte of what a TLS server says to one who does not speak it

bool safe_to_repeat(const std::string& method) { return method != "POST" && method != "PATCH"; }

bool names_content_type(const Question& question) {
  return std::ranges::any_of(question.headers,
                             [](const auto& field) { return ::strcasecmp(field.first.c_str(), "Content-Type") == 0; });
}

}  // namespace

std::string serialize(const Url& url, const Question& question) {
  auto text =
      fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n", question.method, url.base_path, question.target, url.authority());
  for (const auto& [name, value] : question.headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!question.body.empty() && !names_content_type(question)) text += "Content-Type: application/json\r\n";
  if (!question.body.empty() || question.method != "GET") {
    text += fmt::format("Content-Length: {}\r\n", question.body.size());
  }
  return text + "\r\n" + question.body;
}

struct Client::Impl {
  Impl(Url the_url, ClientConfig the_config)
      : url(std::move(the_url)), config(std::move(the_config)), link(url, config.tls) {}

  Result<Answer> attempt(const Question& question, Instant deadline) {
    heard = false;
    if (!link.is_open()) COUPON_TRY(link.open(deadline));
    COUPON_TRY(link.send(serialize(url, question), deadline));
    return receive(deadline);
  }

  Result<Answer> receive(Instant deadline) {
    ResponseReader reader(config.answer_bytes_max);
    auto state = State::kNeedMore;
    while (state == State::kNeedMore) {
      const auto bytes = link.receive(deadline);
      if (!bytes) return std::unexpected(bytes.error());
      if (bytes->empty() && !heard) return ended();
      if (!heard && !url.tls && bytes->front() == kTlsAlert) return encrypted();
      heard = true;
      state = bytes->empty() ? reader.finish() : reader.feed(*bytes);
    }
    return judge(state, reader);
  }

  Result<Answer> judge(State state, ResponseReader& reader) {
    if (state == State::kDone) {
      if (!reader.answer().keep_alive) link.close();
      return std::move(reader.answer());
    }
    link.close();
    const auto* what = state == State::kTooLarge ? "is larger than allowed" : "is not HTTP";
    return fail(Errc::kCorrupt, fmt::format("the answer of {} {}", url.authority(), what));
  }

  Result<Answer> encrypted() {
    link.close();
    return fail(Errc::kCorrupt, fmt::format("{} speaks TLS on this port; write https://", url.authority()));
  }

  Result<Answer> ended() {
    link.close();
    return fail_retryable(Errc::kIo, fmt::format("{} ended the connection without an answer", url.authority()));
  }

  Url url;
  ClientConfig config;
  Link link;
  bool heard = false;  // bytes of the present answer came
};

Client::Client(Url url, ClientConfig config) : impl_(std::make_unique<Impl>(std::move(url), std::move(config))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Answer> Client::ask(const Question& question) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(impl_->config.timeout_ms);
  const bool kept = impl_->link.is_open();
  auto answer = impl_->attempt(question, deadline);
  const bool stale = kept && !answer && !impl_->heard && answer.error().code == Errc::kIo;
  return stale && safe_to_repeat(question.method) ? impl_->attempt(question, deadline) : std::move(answer);
}

}  // namespace coupon::net::http
