#include "net/http/client.hpp"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <fmt/core.h>
#include <string_view>

#include "net/http/client/response_reader.hpp"

namespace coupon::net::http {

using base::Errc;
using base::fail;
using base::fail_retryable;
using base::Result;

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Instant = std::chrono::steady_clock::time_point;
using SystemError = boost::system::error_code;

constexpr std::size_t kScratchBytes = std::size_t{16} * 1024;

bool safe_to_repeat(const std::string& method) { return method != "POST" && method != "PATCH"; }

}  // namespace

std::string serialize(const Url& url, const Question& question) {
  auto text =
      fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n", question.method, url.base_path, question.target, url.authority());
  for (const auto& [name, value] : question.headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!question.body.empty()) text += "Content-Type: application/json\r\n";
  if (!question.body.empty() || question.method != "GET") {
    text += fmt::format("Content-Length: {}\r\n", question.body.size());
  }
  return text + "\r\n" + question.body;
}

struct Client::Impl {
  Impl(Url the_url, ClientConfig the_config) : url(std::move(the_url)), config(the_config) {}

  // Runs one asynchronous operation until it is done or the deadline passes; then the socket is closed.
  template <class Start>
  SystemError run(Instant deadline, Start&& start) {
    std::optional<SystemError> outcome;
    std::forward<Start>(start)([&outcome](const SystemError& error, auto&&...) { outcome = error; });
    io.restart();
    while (!outcome && io.run_one_until(deadline) > 0) continue;
    if (outcome) return *outcome;
    socket.reset();  // cancels: the handler runs below, while what it refers to still lives
    io.restart();
    io.run();
    return asio::error::timed_out;
  }

  Result<> connect(Instant deadline) {
    SystemError error;
    tcp::resolver resolver(io);
    const auto found = resolver.resolve(url.host, std::to_string(url.port), error);
    if (!error) {
      socket.emplace(io);
      error = run(deadline, [&](auto done) { asio::async_connect(*socket, found, std::move(done)); });
    }
    if (!error) socket->set_option(tcp::no_delay(true), error);
    if (!error) return {};
    socket.reset();
    return fail_retryable(Errc::kUnavailable,
                          fmt::format("cannot connect to {}: {}", url.authority(), error.message()));
  }

  Result<> send(const std::string& text, Instant deadline) {
    const auto error =
        run(deadline, [&](auto done) { asio::async_write(*socket, asio::buffer(text), std::move(done)); });
    return error ? broken(error, "sending to") : Result<>{};
  }

  Result<Answer> receive(Instant deadline) {
    ResponseReader reader(config.answer_bytes_max);
    auto state = ResponseReader::State::kNeedMore;
    while (state == ResponseReader::State::kNeedMore) {
      std::size_t size = 0;
      const auto error = run(deadline, [&](auto done) {
        socket->async_read_some(asio::buffer(scratch), [&size, done = std::move(done)](auto failed, std::size_t n) {
          size = n;
          done(failed);
        });
      });
      if (error == asio::error::eof && heard) {
        state = reader.finish();
      } else if (error) {
        return std::unexpected(broken(error, "waiting for").error());
      } else {
        heard = true;
        state = reader.feed({scratch.data(), size});
      }
    }
    return judge(state, reader);
  }

  Result<Answer> judge(ResponseReader::State state, ResponseReader& reader) {
    if (state == ResponseReader::State::kDone) {
      if (!reader.answer().keep_alive) socket.reset();
      return std::move(reader.answer());
    }
    socket.reset();
    const auto* what = state == ResponseReader::State::kTooLarge ? "is larger than allowed" : "is not HTTP";
    return fail(Errc::kCorrupt, fmt::format("the answer of {} {}", url.authority(), what));
  }

  Result<> broken(const SystemError& error, std::string_view doing) {
    socket.reset();
    const auto code = error == asio::error::timed_out ? Errc::kTimeout : Errc::kIo;
    return fail_retryable(code, fmt::format("{} {}: {}", doing, url.authority(), error.message()));
  }

  Result<Answer> attempt(const Question& question, Instant deadline) {
    heard = false;
    if (!socket) COUPON_TRY(connect(deadline));
    COUPON_TRY(send(serialize(url, question), deadline));
    return receive(deadline);
  }

  Url url;
  ClientConfig config;
  asio::io_context io{1};
  std::optional<tcp::socket> socket;
  std::array<char, kScratchBytes> scratch{};
  bool heard = false;  // bytes of the present answer came
};

Client::Client(Url url, ClientConfig config) : impl_(std::make_unique<Impl>(std::move(url), config)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Answer> Client::ask(const Question& question) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(impl_->config.timeout_ms);
  const bool kept = impl_->socket.has_value();
  auto answer = impl_->attempt(question, deadline);
  const bool stale = kept && !answer && !impl_->heard && answer.error().code == Errc::kIo;
  return stale && safe_to_repeat(question.method) ? impl_->attempt(question, deadline) : std::move(answer);
}

}  // namespace coupon::net::http
