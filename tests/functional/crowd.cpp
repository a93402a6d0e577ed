#include "functional/crowd.hpp"

#include <utility>

#include "functional/programs.hpp"

namespace coupon::test {

Crowd::Crowd(std::vector<std::uint16_t> ports, std::string code, std::string prefix, int threads)
    : code_(std::move(code)) {
  for (int i = 0; i < threads; ++i) {
    const auto port = ports[static_cast<std::size_t>(i) % ports.size()];
    threads_.emplace_back([this, port, name = prefix + std::to_string(i) + "-"] { ask_all(port, name); });
  }
}

Crowd::~Crowd() {
  stop();
  join();
}

void Crowd::join() {
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Crowd::ask_all(std::uint16_t port, const std::string& prefix) {
  HttpConnection connection(port);
  for (int i = 0; connection.connected() && !stopping_; ++i) {
    const auto member = prefix + std::to_string(i);
    const auto answer = connection.call("POST", "/api/v1/coupons/issue", issue_body(code_, member));
    const std::scoped_lock lock(mutex_);
    if (!answer) {
      unanswered_.push_back(member);
      return;
    }
    if (answer->status == 200) {
      grants_[member] = json_of(*answer)["data"].value("issueId", "");
      ++issued_;
    } else if (error_code(*answer) == "COUPON-003") {
      return;
    } else {
      ++others_[std::to_string(answer->status) + " " + error_code(*answer)];
    }
    if (answer->header("Connection") == "close") return;
  }
}

}  // namespace coupon::test
