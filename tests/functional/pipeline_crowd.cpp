#include "functional/pipeline_crowd.hpp"

#include <optional>
#include <utility>

#include "functional/programs.hpp"

namespace coupon::test {

void Told::add(const Told& more) {
  issued.insert(more.issued.begin(), more.issued.end());
  pending.insert(more.pending.begin(), more.pending.end());
  refused.insert(more.refused.begin(), more.refused.end());
  unsure.insert(more.unsure.begin(), more.unsure.end());
  for (const auto& [code, count] : more.later) later[code] += count;
  for (const auto& [what, count] : more.others) others[what] += count;
}

PatientCrowd::PatientCrowd(CrowdPlan plan) : plan_(std::move(plan)) {
  for (int i = 0; i < plan_.threads; ++i) {
    const auto port = plan_.ports[static_cast<std::size_t>(i) % plan_.ports.size()];
    threads_.emplace_back([this, port, name = plan_.prefix + std::to_string(i) + "-"] { ask_all(port, name); });
  }
}

PatientCrowd::~PatientCrowd() {
  stop();
  join();
}

const Told& PatientCrowd::join() {
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  return told_;
}

void PatientCrowd::ask_all(std::uint16_t port, const std::string& prefix) {
  std::optional<HttpConnection> connection;
  const auto over = [this] { return stopping_ || (plan_.asks == 0 && sold_out_); };
  for (int i = 0; !over() && (plan_.asks == 0 || i < plan_.asks); ++i) {
    const auto member = prefix + std::to_string(i);
    for (bool final = false; !final;) {
      if (!connection || !connection->connected()) connection.emplace(port);
      const auto answer =
          connection->call("POST", "/api/v1/coupons/issue", issue_body(kCode, member), {"Idempotency-Key: " + member});
      final = answer && hear(member, *answer);
      if (!answer || answer->closes()) connection.reset();
      if (!final && stopping_) {
        const std::scoped_lock lock(mutex_);
        told_.unsure.insert(member);
        return;
      }
      if (!final) breathe();
    }
  }
}

bool PatientCrowd::hear(const std::string& member, const RawResponse& answer) {
  const auto code = error_code(answer);
  const std::scoped_lock lock(mutex_);
  if (answer.status == 503) {
    ++told_.later[code];
    return false;
  }
  ++answered_;
  if (answer.status == 200) {
    told_.issued[member] = json_of(answer)["data"].value("issueId", "");
    ++issued_;
  } else if (answer.status == 202) {
    told_.pending[member] = json_of(answer)["data"].value("issueId", "");
  } else if (code == "COUPON-003") {
    told_.refused.insert(member);
    sold_out_ = true;
  } else {
    told_.unsure.insert(member);
    ++told_.others[std::to_string(answer.status) + " " + code];
  }
  return true;
}

}  // namespace coupon::test
