#include "flow_server.hpp"

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <string_view>

namespace coupon::load::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr int kBacklog = 1'024;
constexpr std::size_t kLengthField = 16;
constexpr std::string_view kPrimed = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
constexpr std::string_view kSoldOut =
    "HTTP/1.1 409 Conflict\r\nContent-Type: application/json\r\nContent-Length: 53\r\n\r\n"
    R"({"success":false,"error":{"code":"COUPON-003"},"n":1})";

}  // namespace

struct FlowServer::Session {
  explicit Session(tcp::socket the_socket) : socket(std::move(the_socket)), timer(socket.get_executor()) {}
  tcp::socket socket;
  asio::steady_timer timer;
  std::array<char, 2'048> scratch{};
  std::string input;
};

FlowServer::FlowServer(std::function<Treatment(std::int64_t)> treat) : treat_(std::move(treat)), acceptor_(io_) {
  acceptor_.open(tcp::v4());
  acceptor_.bind({asio::ip::address_v4::loopback(), 0});
  acceptor_.listen(kBacklog);
  accept();
  thread_ = std::thread([this] { io_.run(); });
}

FlowServer::~FlowServer() { stop(); }

void FlowServer::stop() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
  silent_.clear();
}

void FlowServer::accept() {
  acceptor_.async_accept([this](error_code error, tcp::socket socket) {
    if (error) return;
    ++connections_;
    const auto client = socket.remote_endpoint(error);
    if (!error) clients_.insert(client.address().to_string());
    serve(std::make_shared<Session>(std::move(socket)));
    accept();
  });
}

void FlowServer::serve(const std::shared_ptr<Session>& session) {
  session->socket.async_read_some(asio::buffer(session->scratch), [this, session](error_code error, std::size_t size) {
    if (error) return;
    session->input.append(session->scratch.data(), size);
    const auto head = session->input.find("\r\n\r\n");
    if (head == std::string::npos) return serve(session);
    const auto field = session->input.find("Content-Length: ");
    const auto length = field < head ? std::stoul(session->input.substr(field + kLengthField)) : 0;
    if (session->input.size() < head + 4 + length) return serve(session);
    const auto request = std::exchange(session->input, {});
    if (request.starts_with("GET")) {
      ++primed_;
      asio::write(session->socket, asio::buffer(kPrimed), error);
      return serve(session);
    }
    bodies_.insert(request.substr(head + 4));
    const auto treatment = treat_(asked_++);
    if (treatment.kind == Treatment::Kind::kClose) return;
    if (treatment.kind == Treatment::Kind::kSilence) {
      silent_.insert(session);
      return;
    }
    session->timer.expires_after(treatment.delay);
    session->timer.async_wait([this, session, kind = treatment.kind](error_code) {
      error_code failed;
      asio::write(session->socket, asio::buffer(kSoldOut), failed);
      if (kind == Treatment::Kind::kAnswer) serve(session);
    });
  });
}

}  // namespace coupon::load::test
