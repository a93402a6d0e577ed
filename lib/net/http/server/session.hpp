#pragma once
// One connection: requests in, answers out, in order. It owns no buffer while it is idle.

#include <boost/asio/ip/tcp.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "net/http/server/request_reader.hpp"
#include "net/http/server/session_context.hpp"

namespace coupon::net::http {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// All calls on the loop's thread. Alive while it is open, a wait is under way, or a Responder points to it; a
/// Responder may outlive the loop, so that nothing here touches the context once the connection is closed.
class Session final : public boost::intrusive_ref_counter<Session, boost::thread_safe_counter> {
 public:
  /// `socket` must be non-blocking.
  Session(SessionContext& context, Socket socket, std::string peer);

  /// Enters the context's list and waits for the first request. It is counted in ServerShared::connections already.
  void start();
  /// Enters the context's list only to say that there are too many connections.
  void start_refusing();
  /// Enforces the deadline of the stage the connection is in.
  void on_tick(std::int64_t now_ms);
  /// A graceful stop has begun: an idle connection gets a short moment for what is under way, and is closed.
  void begin_stop();
  /// Ends the connection with a reset. True when that took something from the client.
  bool cut();

 private:
  // session.cpp: the connection, its deadlines, what it waits for.
  void enter_list();
  void leave_list();
  void enter(Stage stage);
  [[nodiscard]] std::int64_t allowance_ms(Stage stage) const;

  [[nodiscard]] bool has_unread() const;
  void arm_read();
  void arm_write();
  void on_readable();
  void proceed();
  void await_request();
  [[nodiscard]] bool flush();
  void release_output();
  void linger();
  void close();

  // session_requests.cpp: from the bytes received to the bytes to be sent.
  [[nodiscard]] std::string_view serve(std::string_view data);
  void keep(std::string_view rest);
  void want_more(RequestReader::State state);
  void handle(std::string_view data);
  void answer(std::uint32_t sequence, Response&& response);
  void refuse(int status, std::string_view message);
  void append(const Response& response);
  [[nodiscard]] bool is_last_answer(const Response& response) const;

  SessionContext& context_;
  std::optional<Socket> socket_;  // empty once closed
  std::string peer_;
  std::string input_;   // received and not yet served
  std::string output_;  // answered and not yet sent
  RequestReader reader_;
  std::int64_t deadline_ms_ = 0;
  std::int64_t requests_ = 0;
  std::size_t sent_ = 0;        // of output_
  std::size_t drained_ = 0;     // while lingering
  std::uint32_t place_ = 0;     // in the context's list
  std::uint32_t sequence_ = 0;  // of the request with the handler: an answer to any other one comes too late
  Stage stage_ = Stage::kServing;
  Stage reading_ = Stage::kIdle;  // kIdle, kHeader or kBody: how far the next request is
  bool read_armed_ = false;
  bool write_armed_ = false;
  bool serving_ = false;          // serve() is on the stack
  bool handling_ = false;         // the handler owes an answer
  bool final_ = false;            // the last answer is in output_ or sent
  bool refusing_ = false;         // beyond the limit of connections
  bool more_follows_ = false;     // bytes behind the request being handled are at hand
  bool head_only_ = false;        // that request is a HEAD
  bool keep_alive_ = true;        // that request allows another
  bool says_keep_alive_ = false;  // and has to be told so: HTTP/1.0
};

}  // namespace coupon::net::http
