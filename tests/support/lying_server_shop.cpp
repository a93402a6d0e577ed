#include "support/lying_server_shop.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace coupon::test {

namespace {

// The number behind the letters of a member's name.
std::int64_t number_in(const std::string& member) {
  const auto digits = member.find_first_of("0123456789");
  return digits == std::string::npos ? 0 : std::stoll(member.substr(digits));
}

}  // namespace

LyingReply refuse(int status, const std::string& code, const std::string& data) {
  LyingReply reply{status,
                   fmt::format(R"({{"success":false,"error":{{"code":"{}","message":"no"}}{},"timestamp":"t"}})", code,
                               data.empty() ? "" : ",\"data\":" + data),
                   {}};
  if (status == 503) reply.headers = "Retry-After: 0\r\n";
  return reply;
}

LyingReply succeed(int status, const std::string& data) {
  return {status, fmt::format(R"({{"success":true,"data":{},"timestamp":"t"}})", data), {}};
}

std::string serialize(const LyingReply& reply) {
  return fmt::format("HTTP/1.1 {} Status\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}",
                     reply.status, reply.headers, reply.body.size(), reply.body);
}

LyingReply LyingShop::issue(const std::string& member) {
  if (lies_.closed) return refuse(409, "COUPON-004");
  if (busy(issue_busy_)) return refuse(503, "COUPON-008");
  const auto known = by_member_.find(member);
  if (known != by_member_.end() && !grants_again(known->second)) return duplicate(grants_[known->second]);
  if (!has_places() || lies_.sold_out_early.hits(asks_)) return refuse(409, "COUPON-003");
  const auto& made = grant(member);
  const auto rank = made.pending ? std::string() : fmt::format(R"("rank":{},)", made.rank);
  return succeed(made.pending ? 202 : 200,
                 fmt::format(R"({{"couponCode":"C","memberId":"{}","issueId":"{}",{}"status":"{}"}})", made.member,
                             made.id, rank, made.pending ? "PENDING" : "ISSUED"));
}

LyingReply LyingShop::stock() {
  if (lies_.no_coupon) return refuse(404, "COUPON-001");
  if (busy(stock_busy_)) return refuse(503, "COUPON-008");
  auto issued = std::ssize(grants_) - forgotten_;
  if (lies_.hide_over_issue) issued = std::min(issued, quota_);
  issued += grants_.empty() ? 0 : lies_.count_more;
  return succeed(200, fmt::format(R"({{"couponCode":"C","quota":{},"remaining":{},"issued":{},"pending":0,)"
                                  R"("recorded":{},"status":"ACTIVE"}})",
                                  quota_, quota_ - issued, issued, issued));
}

LyingReply LyingShop::read(const std::string& member) {
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

const LyingShop::Grant& LyingShop::grant(const std::string& member) {
  const auto number = std::ssize(grants_) + 1;
  if (lies_.rank_skipped.hits(number)) ++skipped_ranks_;
  const auto id_number = lies_.id_of_number > 0 ? number_in(member) % lies_.id_of_number : number;
  Grant made{member, fmt::format("id-{:06}", id_number), number + skipped_ranks_};
  if (number == 2 && lies_.rank_repeated > 0) made.rank = 1;
  const bool reuses = (number == 2 && lies_.id_repeated > 0) || lies_.id_reused.hits(number);
  if (reuses && !grants_.empty()) made.id = grants_.back().id;
  made.pending = number <= lies_.pending;
  if (lies_.forgotten.hits(number)) {
    ++forgotten_;
  } else {
    by_member_.emplace(member, grants_.size());
  }
  return grants_.emplace_back(std::move(made));
}

bool LyingShop::has_places() const { return std::ssize(grants_) < quota_ - lies_.places_kept + lies_.over_issue; }

bool LyingShop::grants_again(std::size_t index) const {
  return (lies_.grant_twice || lies_.twice.hits(static_cast<std::int64_t>(index) + 1)) && has_places();
}

bool LyingShop::busy(int& answered) const {
  if (answered >= lies_.busy) return false;
  ++answered;
  return true;
}

LyingReply LyingShop::duplicate(const Grant& grant) const {
  if (lies_.sold_out_on_replay) return refuse(409, "COUPON-003");
  const auto id = lies_.other_id_on_replay ? "other-" + grant.id : grant.id;
  return refuse(409, "COUPON-002",
                fmt::format(R"({{"couponCode":"C","memberId":"{}","issueId":"{}","rank":{},"status":"ISSUED"}})",
                            grant.member, id, grant.rank));
}

}  // namespace coupon::test
