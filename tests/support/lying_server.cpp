#include "support/lying_server.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <condition_variable>
#include <fmt/core.h>
#include <map>
#include <mutex>
#include <thread>

namespace coupon::test {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kBacklog = 4096;
constexpr std::size_t kHugeBytes = 300 * 1024;

struct Grant {
  std::string member;
  std::string id;
  std::int64_t rank = 0;
  int reads = 0;
  bool pending = false;
};

struct Reply {
  int status = 200;
  std::string body;
  std::string headers;
};

// The value of a string field in a flat JSON object.
std::string field(const std::string& json, const std::string& name) {
  const auto key = '"' + name + "\":\"";
  const auto begin = json.find(key);
  if (begin == std::string::npos) return {};
  const auto from = begin + key.size();
  return json.substr(from, json.find('"', from) - from);
}

Reply refuse(int status, const std::string& code, const std::string& data = {}) {
  Reply reply{status,
              fmt::format(R"({{"success":false,"error":{{"code":"{}","message":"no"}}{},"timestamp":"t"}})", code,
                          data.empty() ? "" : ",\"data\":" + data),
              {}};
  if (status == 503) reply.headers = "Retry-After: 0\r\n";
  return reply;
}

Reply succeed(int status, const std::string& data) {
  return {status, fmt::format(R"({{"success":true,"data":{},"timestamp":"t"}})", data), {}};
}

std::string serialize(const Reply& reply) {
  return fmt::format("HTTP/1.1 {} Status\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}",
                     reply.status, reply.headers, reply.body.size(), reply.body);
}

// The rules of the shop, and how they are broken.
class Shop {
 public:
  Shop(std::int64_t quota, Lies lies) : quota_(quota), lies_(lies) {}

  Reply issue(const std::string& member) {
    ++asks_;
    if (lies_.closed) return refuse(409, "COUPON-004");
    if (busy(issue_busy_)) return refuse(503, "COUPON-008");
    const auto known = by_member_.find(member);
    if (known != by_member_.end() && !(lies_.grant_twice && has_places())) return duplicate(grants_[known->second]);
    if (!has_places()) return refuse(409, "COUPON-003");
    return answer(grant(member));
  }

  Reply stock() {
    if (lies_.no_coupon) return refuse(404, "COUPON-001");
    if (busy(stock_busy_)) return refuse(503, "COUPON-008");
    auto issued = static_cast<std::int64_t>(grants_.size());
    if (lies_.hide_over_issue) issued = std::min(issued, quota_);
    issued += grants_.empty() ? 0 : lies_.count_more;
    return succeed(200, fmt::format(R"({{"couponCode":"C","quota":{},"remaining":{},"issued":{},"pending":0,)"
                                    R"("recorded":{},"status":"ACTIVE"}})",
                                    quota_, quota_ - issued, issued, issued));
  }

  Reply read(const std::string& member) {
    const auto known = by_member_.find(member);
    if (known == by_member_.end()) return refuse(404, "COUPON-007");
    auto& found = grants_[known->second];
    const auto number = static_cast<int>(known->second) + 1;
    if (number <= lies_.grants_lost) return refuse(404, "COUPON-007");
    const auto id = number <= lies_.other_id_on_readback ? "other-" + found.id : found.id;
    const bool recorded =
        number > lies_.rows_lost && found.reads++ >= lies_.rows_late && !(found.pending && lies_.pending_forever);
    return succeed(200, fmt::format(R"({{"couponCode":"C","memberId":"{}","issueId":"{}","rank":{},"status":"ISSUED",)"
                                    R"("recorded":{}}})",
                                    member, id, found.rank, recorded));
  }

  Grant& grant(const std::string& member) {
    const auto number = static_cast<std::int64_t>(grants_.size()) + 1;
    Grant made{member, fmt::format("id-{:06}", number), number};
    if (number == 2 && lies_.rank_repeated > 0) made.rank = 1;
    if (number == 2 && lies_.id_repeated > 0) made.id = grants_.front().id;
    made.pending = number <= lies_.pending;
    by_member_.emplace(member, grants_.size());
    return grants_.emplace_back(std::move(made));
  }

  [[nodiscard]] std::int64_t asks() const { return asks_; }
  [[nodiscard]] const Lies& lies() const { return lies_; }

 private:
  [[nodiscard]] bool has_places() const {
    return static_cast<std::int64_t>(grants_.size()) < quota_ - lies_.places_kept + lies_.over_issue;
  }

  bool busy(int& answered) const {
    if (answered >= lies_.busy) return false;
    ++answered;
    return true;
  }

  static Reply answer(const Grant& grant) {
    const auto rank = grant.pending ? std::string() : fmt::format(R"("rank":{},)", grant.rank);
    return succeed(grant.pending ? 202 : 200,
                   fmt::format(R"({{"couponCode":"C","memberId":"{}","issueId":"{}",{}"status":"{}"}})", grant.member,
                               grant.id, rank, grant.pending ? "PENDING" : "ISSUED"));
  }

  [[nodiscard]] Reply duplicate(const Grant& grant) const {
    if (lies_.sold_out_on_replay) return refuse(409, "COUPON-003");
    const auto id = lies_.other_id_on_replay ? "other-" + grant.id : grant.id;
    return refuse(409, "COUPON-002",
                  fmt::format(R"({{"couponCode":"C","memberId":"{}","issueId":"{}","rank":{},"status":"ISSUED"}})",
                              grant.member, id, grant.rank));
  }

  std::int64_t quota_;
  Lies lies_;
  std::vector<Grant> grants_;
  std::map<std::string, std::size_t> by_member_;
  std::int64_t asks_ = 0;
  int issue_busy_ = 0;
  int stock_busy_ = 0;
};

}  // namespace

struct LyingServer::Impl {
  Impl(std::int64_t quota, Lies lies) : shop(quota, lies), acceptor(io) {
    acceptor.open(tcp::v4());
    acceptor.bind({asio::ip::address_v4::loopback(), 0});
    acceptor.listen(kBacklog);
  }

  struct Session : std::enable_shared_from_this<Session> {
    Session(tcp::socket the_socket, Impl& the_owner) : socket(std::move(the_socket)), owner(the_owner) {}

    void read() {
      socket.async_read_some(asio::buffer(scratch), [self = shared_from_this()](error_code error, std::size_t size) {
        if (error) return;
        self->input.append(self->scratch.data(), size);
        self->serve();
      });
    }

    void serve() {
      const auto head_end = input.find("\r\n\r\n");
      if (head_end == std::string::npos) return read();
      const auto length_at = input.find("Content-Length: ");
      const auto length = length_at < head_end ? std::stoul(input.substr(length_at + 16)) : 0;
      if (input.size() < head_end + 4 + length) return read();
      auto request = std::exchange(input, {});
      owner.handle(*this, std::move(request));
    }

    void send(std::string text, bool close) {
      output = std::move(text);
      asio::async_write(socket, asio::buffer(output),
                        [self = shared_from_this(), close](error_code error, std::size_t) {
                          if (error) return;
                          if (close) return self->socket.close();
                          self->read();
                        });
    }

    tcp::socket socket;
    Impl& owner;
    std::array<char, 1024> scratch;
    std::string input;
    std::string output;
  };

  void accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) std::make_shared<Session>(std::move(socket), *this)->read();
      accept();
    });
  }

  void handle(Session& session, std::string request) {
    const auto path = request.substr(request.find(' ') + 1, request.find(" HTTP") - request.find(' ') - 1);
    if (path == "/healthz") return prime(session);
    const std::lock_guard lock(mutex);
    if (path == "/api/v1/coupons/issue") return issue(session, std::move(request));
    if (path.starts_with("/api/v1/coupons/stock/")) return session.send(serialize(shop.stock()), false);
    session.send(serialize(shop.read(path.substr(path.rfind('/') + 1))), false);
  }

  void prime(Session& session) {
    auto reply = succeed(200, "{}");
    if (shop.lies().says_close) reply.headers = "Connection: close\r\n";
    session.send(serialize(reply), shop.lies().close_after_prime);
  }

  void issue(Session& session, std::string request) {
    const auto reply = shop.issue(field(request, "memberId"));
    last_request = std::move(request);
    changed.notify_all();
    if (shop.asks() > shop.lies().broken) return session.send(serialize(reply), false);
    switch (shop.lies().how) {
      case Lies::Broken::kClose: return session.socket.close();
      case Lies::Broken::kSilence: return silent.push_back(session.shared_from_this());
      case Lies::Broken::kGarbage: return session.send("\x01\x02 this is not HTTP\r\n\r\n", true);
      case Lies::Broken::kHuge: return session.send(serialize({200, std::string(kHugeBytes, 'x'), {}}), false);
      case Lies::Broken::kHalf: return session.send(serialize(reply).substr(0, 60), true);
      case Lies::Broken::kReset: {
        session.socket.set_option(asio::socket_base::linger(true, 0));
        return session.socket.close();
      }
    }
  }

  Shop shop;  // guarded by mutex, as is what follows up to changed
  std::string last_request;
  mutable std::mutex mutex;
  std::condition_variable changed;
  asio::io_context io{1};
  tcp::acceptor acceptor;
  std::vector<std::shared_ptr<Session>> silent;  // kept open, never answered
  std::thread thread;
};

LyingServer::LyingServer(std::int64_t quota, Lies lies) : impl_(std::make_unique<Impl>(quota, lies)) {
  impl_->accept();
  impl_->thread = std::thread([this] { impl_->io.run(); });
}

LyingServer::~LyingServer() {
  impl_->io.stop();
  impl_->thread.join();
  impl_->silent.clear();
}

std::uint16_t LyingServer::port() const { return impl_->acceptor.local_endpoint().port(); }

std::string LyingServer::url() const { return fmt::format("http://127.0.0.1:{}", port()); }

void LyingServer::issue_before(const std::string& member) {
  const std::lock_guard lock(impl_->mutex);
  impl_->shop.grant(member);
}

bool LyingServer::wait_for_asks(std::int64_t count, std::chrono::seconds deadline) {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, deadline, [&] { return impl_->shop.asks() >= count; });
}

std::int64_t LyingServer::asks() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->shop.asks();
}

std::string LyingServer::last_issue_request() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->last_request;
}

std::uint16_t unused_port() {
  asio::io_context io;
  tcp::acceptor acceptor(io);
  acceptor.open(tcp::v4());
  acceptor.bind({asio::ip::address_v4::loopback(), 0});
  return acceptor.local_endpoint().port();
}

}  // namespace coupon::test
