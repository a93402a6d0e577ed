#include "gate/redis_gate.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "gate/redis_run.hpp"
#include "gate/scripts.hpp"

namespace coupon::gate {

using base::Result;
using net::redis::Arguments;
using net::redis::View;

namespace {

constexpr std::size_t kIssueHead = 6;
constexpr std::size_t kScanPageMax = 1'000;  // Redis does nothing else meanwhile

std::uint32_t epoch_of(View view) { return static_cast<std::uint32_t>(number_of(view)); }

Result<IssueReply> issue_reply_of(const std::vector<Ask>& asks, View view) {
  if (view.size() < kIssueHead) return unexpected_reply("issue");
  IssueReply reply{number_of(view[2]), epoch_of(view[3]), {number_of(view[4]), number_of(view[5])}, {}};
  if (number_of(view[0]) == 0) {
    const auto refusal = number_of(view[1]) == 0 ? Outcome::kUnknownCoupon : Outcome::kFenced;
    reply.decisions.assign(asks.size(), {refusal, std::nullopt});
    return reply;
  }
  if (view.size() != kIssueHead + asks.size()) return unexpected_reply("issue");
  reply.decisions.reserve(asks.size());
  for (std::size_t i = 0; i < asks.size(); ++i) {
    auto decision = decision_of(asks[i], view[kIssueHead + i].text(), reply.now_ms);
    if (!decision) return std::unexpected(decision.error());
    reply.decisions.push_back(std::move(*decision));
  }
  return reply;
}

Result<GateStatus> status_of(View view) {
  if (view.size() != 13) return unexpected_reply("status");
  const auto state = parse_coupon_state(view[4].text());
  if (!state) return std::unexpected(state.error());
  GateStatus status;
  status.known = number_of(view[0]) != 0;
  status.serving = number_of(view[1]) != 0;
  status.building = number_of(view[2]) != 0;
  status.epoch = epoch_of(view[3]);
  status.state = *state;
  status.window = {number_of(view[5]), number_of(view[6])};
  status.quota = number_of(view[7]);
  status.version = static_cast<std::uint64_t>(number_of(view[8]));
  status.seq = number_of(view[9]);
  status.held = number_of(view[10]);
  status.pending = number_of(view[11]);
  status.progress = view[12].text();
  return status;
}

Result<ClaimReply> claim_reply_of(View view) {
  if (view.size() < 2) return unexpected_reply("claim");
  ClaimReply reply{number_of(view[0]) != 0, epoch_of(view[1]), {}};
  for (std::size_t i = 2; i + 1 < view.size(); i += 2) {
    auto grant = grant_of_field(view[i].text(), view[i + 1].text());
    if (grant) {
      reply.due.push_back(std::move(*grant));
    } else {
      // It comes again, and must not keep the others from being published.
      base::log::error("{}: couponctl gate rebuild puts it right", grant.error().message);
    }
  }
  return reply;
}

// Where the next page begins: at a step of HSCAN. A step may have more than a page (a small hash is one step whatever
// is asked for); then the cursor stays at the step and names the last member given, in their order, and where the step
// ended. When it ends elsewhere the next time, it has other members and is given from its begin again.
struct ScanCursor {
  std::string step = "0";
  std::string after;
  std::string end;

  static ScanCursor parse(const std::string& text) {
    if (text.empty()) return {};
    const auto first = text.find('/');
    if (first == std::string::npos) return {text, {}, {}};
    const auto second = text.find('/', first + 1);
    if (second == std::string::npos) return {text.substr(0, first), {}, {}};
    return {text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
  }
};

Result<GatePage> page_of(View view, const ScanCursor& cursor, std::size_t limit) {
  if (view.size() < kScanHead) return unexpected_reply("scan");
  GatePage page{number_of(view[0]) != 0, epoch_of(view[1]), {}, {}};
  if (!page.serving) return page;
  const auto end = view[2].text();
  const bool goes_on = !cursor.after.empty() && cursor.end == end;
  for (std::size_t i = kScanHead; i + 2 < view.size(); i += 3) {
    if (goes_on && view[i].text() <= cursor.after) continue;
    auto grant = grant_of_field(view[i].text(), view[i + 1].text());
    if (!grant) return std::unexpected(grant.error());
    page.grants.push_back({std::move(*grant), number_of(view[i + 2]) != 0});
  }
  std::ranges::sort(page.grants, {}, [](const HeldGrant& held) -> const MemberId& { return held.grant.member; });
  if (page.grants.size() > limit) {
    page.grants.erase(page.grants.begin() + static_cast<std::ptrdiff_t>(limit), page.grants.end());
    page.next = fmt::format("{}/{}/{}", cursor.step, page.grants.back().grant.member.text(), end);
  } else if (end != "0") {
    page.next = end;
  }
  return page;
}

}  // namespace

RedisGate::RedisGate(net::redis::Loop& loop, const net::redis::Config& redis, RedisGateConfig config,
                     base::Executor& executor, base::Metrics& metrics)
    : config_(config), executor_(executor), client_(loop, redis, metrics) {}

void RedisGate::issue(const CouponCode& code, std::vector<Ask> asks, base::Done<IssueReply> done) {
  if (refuses(asks.size(), done)) return;
  auto arguments = keys_of(code);
  arguments.add(config_.grace_ms);
  for (const auto& ask : asks) add_ask(arguments, ask);
  run<IssueReply>(
      lua::issue(), std::move(arguments), [asks = std::move(asks)](View view) { return issue_reply_of(asks, view); },
      std::move(done));
}

void RedisGate::confirm(const CouponCode& code, std::uint32_t epoch, std::vector<GrantRef> refs,
                        base::Done<std::vector<bool>> done) {
  if (refuses(refs.size(), done)) return;
  auto arguments = keys_of(code);
  arguments.add(epoch);
  for (const auto& ref : refs) add_grant(arguments, ref.member, ref.id);
  run<std::vector<bool>>(
      lua::confirm(), std::move(arguments),
      [count = refs.size()](View view) -> Result<std::vector<bool>> {
        const auto flags = view.text();
        if (flags.size() != count) return unexpected_reply("confirm");
        std::vector<bool> confirmed;
        confirmed.reserve(count);
        for (const char flag : flags) confirmed.push_back(flag == '1');
        return confirmed;
      },
      std::move(done));
}

void RedisGate::find(const CouponCode& code, const MemberId& member, base::Done<MemberReply> done) {
  auto arguments = keys_of(code);
  arguments.add(std::string_view(member.text()));
  run<MemberReply>(
      lua::find(), std::move(arguments),
      [member](View view) -> Result<MemberReply> {
        if (view.size() != 4) return unexpected_reply("find");
        MemberReply reply{number_of(view[0]) != 0, epoch_of(view[1]), std::nullopt};
        if (view[2].nil()) return reply;
        auto grant = grant_of(member, view[2].text());
        if (!grant) return std::unexpected(grant.error());
        reply.held = HeldGrant{std::move(*grant), number_of(view[3]) != 0};
        return reply;
      },
      std::move(done));
}

void RedisGate::status(const CouponCode& code, base::Done<GateStatus> done) {
  run<GateStatus>(lua::status(), keys_of(code), status_of, std::move(done));
}

void RedisGate::claim(const CouponCode& code, std::size_t limit, std::int64_t retry_ms, base::Done<ClaimReply> done) {
  auto arguments = keys_of(code);
  arguments.add(std::min(limit, kGateBatchMax)).add(retry_ms);
  run<ClaimReply>(lua::claim(), std::move(arguments), claim_reply_of, std::move(done));
}

void RedisGate::run_flag(const net::redis::Script& script, Arguments arguments, base::Done<bool> done) {
  run<bool>(
      script, std::move(arguments), [](View view) -> Result<bool> { return number_of(view) != 0; }, std::move(done));
}

void RedisGate::revoke(const CouponCode& code, GrantRef ref, base::Done<bool> done) {
  auto arguments = keys_of(code);
  add_grant(arguments, ref.member, ref.id);
  run_flag(lua::revoke(), std::move(arguments), std::move(done));
}

void RedisGate::rearm(const CouponCode& code, GrantRef ref, base::Done<bool> done) {
  auto arguments = keys_of(code);
  add_grant(arguments, ref.member, ref.id);
  run_flag(lua::rearm(), std::move(arguments), std::move(done));
}

void RedisGate::adopt(const CouponCode& code, Grant grant, base::Done<bool> done) {
  auto arguments = keys_of(code);
  add_grant(arguments, grant.member, grant.id);
  arguments.add(grant.rank).add(grant.issued_ms);
  run_flag(lua::adopt(), std::move(arguments), std::move(done));
}

void RedisGate::run_change(const CouponCode& code, const GateChange& change, std::string_view how,
                           base::Done<ChangeReply> done) {
  auto arguments = keys_of(code);
  add_values(arguments, change);
  arguments.add(how);
  run<ChangeReply>(
      lua::change(), std::move(arguments),
      [](View view) -> Result<ChangeReply> {
        if (view.size() != 5) return unexpected_reply("change");
        return ChangeReply{number_of(view[0]) != 0, number_of(view[1]) != 0, epoch_of(view[2]), number_of(view[3]),
                           number_of(view[4])};
      },
      std::move(done));
}

void RedisGate::change(const CouponCode& code, GateChange change, base::Done<ChangeReply> done) {
  run_change(code, change, "set", std::move(done));
}

void RedisGate::reduce(const CouponCode& code, GateChange change, base::Done<ChangeReply> done) {
  run_change(code, change, "reduce", std::move(done));
}

void RedisGate::scan(const CouponCode& code, std::string cursor, std::size_t limit, base::Done<GatePage> done) {
  auto at = ScanCursor::parse(cursor);
  limit = std::clamp<std::size_t>(limit, 1, kScanPageMax);
  auto arguments = keys_of(code);
  add_scan(arguments, at.step, limit, "all");
  run<GatePage>(
      lua::scan(), std::move(arguments), [at = std::move(at), limit](View view) { return page_of(view, at, limit); },
      std::move(done));
}

}  // namespace coupon::gate
