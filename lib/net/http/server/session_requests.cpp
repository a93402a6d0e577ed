#include <boost/asio/post.hpp>
#include <exception>

#include "base/log.hpp"
#include "net/http/server/request_check.hpp"
#include "net/http/server/response_text.hpp"
#include "net/http/server/session.hpp"

namespace coupon::net::http {

namespace {

// Answers to pipelined requests gather up to here before they are sent.
constexpr std::size_t kOutputGather = 65'536;

}  // namespace

// Handles the requests at the front of `data` until one has to wait. Returns what is left.
std::string_view Session::serve(std::string_view data) {
  const auto& config = context_.shared.config;
  serving_ = true;
  while (!data.empty() && !handling_ && !final_ && output_.size() < kOutputGather) {
    const auto state = reader_.advance(data, context_.head, config);
    if (state == RequestReader::State::kRefused) {
      const auto refusal = reader_.refusal();
      context_.shared.metrics.rejected(refusal.reason);
      refuse(refusal.status, refusal.message);
    } else if (state == RequestReader::State::kReady) {
      const auto size = reader_.size();
      handle(data);
      data.remove_prefix(size);
    } else {
      want_more(state);
      break;
    }
  }
  serving_ = false;
  return data;
}

void Session::keep(std::string_view rest) {
  if (input_.empty()) {
    if (!rest.empty()) input_.assign(rest);
  } else if (rest.empty()) {
    input_ = {};
  } else {
    input_.erase(0, input_.size() - rest.size());
  }
}

void Session::want_more(RequestReader::State state) {
  const auto reading = state == RequestReader::State::kNeedBody ? Stage::kBody : Stage::kHeader;
  if (std::exchange(reading_, reading) == reading) return;
  if (reading == Stage::kBody && context_.head.expects_continue) output_.append("HTTP/1.1 100 Continue\r\n\r\n");
}

void Session::handle(std::string_view data) {
  const auto& head = context_.head;
  const auto target = split_target(head.target);
  const Request request{
      .method = head.method,
      .target = head.target,
      .path = target.path,
      .query = target.query,
      .body = reader_.body(data),
      .peer = peer_,
      .header = [&head](std::string_view name) { return head.value(name); },
  };
  head_only_ = head.method == Method::kHead;
  keep_alive_ = head.keep_alive && ++requests_ < context_.shared.config.requests_per_connection_max;
  says_keep_alive_ = head.version == 10;
  more_follows_ = data.size() > reader_.size();
  stage_ = Stage::kServing;
  reading_ = Stage::kIdle;
  handling_ = true;
  const auto sequence = ++sequence_;
  try {
    context_.handler(request, Responder([self = boost::intrusive_ptr<Session>(this), sequence](Response&& response) {
                       self->answer(sequence, std::move(response));
                     }));
  } catch (const std::exception& error) {
    base::log::error("the handler of {} failed: {}", target.path, error.what());
    answer(sequence, error_response(500, "the request failed inside the server"));
  }
  reader_.reset();
}

void Session::answer(std::uint32_t sequence, Response&& response) {
  if (!handling_ || sequence != sequence_) return;
  handling_ = false;
  stage_ = Stage::kServing;
  append(response);
  if (serving_) return;
  // The handler of another connection may be on the stack, with its request in the scratch: send now, read later.
  if (!flush()) return;
  if (final_) return linger();
  if (input_.empty()) return await_request();
  boost::asio::post(context_.io, [self = boost::intrusive_ptr<Session>(this)] {
    if (self->socket_) self->proceed();
  });
}

void Session::refuse(int status, std::string_view message) {
  handling_ = false;
  auto response = error_response(status, message);
  response.close = true;
  append(response);
}

bool Session::is_last_answer(const Response& response) const {
  return response.close || !keep_alive_ || (context_.stopping && !more_follows_);
}

void Session::append(const Response& response) {
  if (!is_sendable(response)) {
    base::log::error("a handler's response with status {} was replaced: its status or a field is not valid",
                     response.status);
    return append(error_response(500, "the answer could not be sent"));
  }
  final_ = is_last_answer(response);
  using Connection = Framing::Connection;
  const auto connection = final_ ? Connection::kClose : says_keep_alive_ ? Connection::kKeepAlive : Connection::kUnsaid;
  if (output_.capacity() < context_.spare.capacity() && output_.empty()) output_.swap(context_.spare);
  append_response(output_, response, {.date = context_.date, .head_only = head_only_, .connection = connection});
  head_only_ = says_keep_alive_ = false;
  context_.shared.metrics.responded(response.status);
}

}  // namespace coupon::net::http
