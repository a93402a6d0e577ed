// What Redis answers to the gate's scripts: any bytes of its protocol, given to every call of the gate.

#include <algorithm>
#include <hiredis/hiredis.h>
#include <optional>
#include <utility>

#include "base/metrics.hpp"
#include "fuzz/check.hpp"
#include "gate/redis_gate.hpp"

namespace {

constexpr std::size_t kCallsMax = 64;

// The replies of one input, taken one a call.
class Replies {
 public:
  void load(std::string_view bytes) {
    reader_ = coupon::net::redis::make_reader();
    calls_ = 0;
    redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
  }
  std::optional<coupon::net::redis::Reply> next() {
    void* reply = nullptr;
    if (++calls_ > kCallsMax || redisReaderGetReply(reader_.get(), &reply) != REDIS_OK || reply == nullptr) return {};
    return coupon::net::redis::Reply(static_cast<redisReply*>(reply));
  }

 private:
  std::unique_ptr<redisReader, coupon::net::redis::FreeReader> reader_;
  std::size_t calls_ = 0;
};

Replies& replies() {
  static Replies all;
  return all;
}

}  // namespace

// The client's place at link time is taken by the replies: as if a server had sent them.
namespace coupon::net::redis {

struct Loop::Impl {};
Loop::Loop() = default;
Loop::~Loop() = default;

class Client::Impl {};
Client::Client(Loop& /*loop*/, Config /*config*/, base::Metrics& /*metrics*/) {}
Client::~Client() = default;

void Client::run(const Script& /*script*/, Arguments /*arguments*/, Done done) {
  auto reply = replies().next();
  if (!reply) {
    done(base::fail_retryable(base::Errc::kUnavailable, "there is no more"));
  } else if (reply->view().is_error()) {
    done(std::unexpected(error_of(reply->view().text())));
  } else {
    done(std::move(*reply));
  }
}

}  // namespace coupon::net::redis

namespace coupon::fuzz_redis_replies {

namespace {

using fuzz::accepted;

void check(const Grant& grant) {
  FUZZ_CHECK(MemberId::parse(grant.member.text()));
  FUZZ_CHECK(GrantId::parse(grant.id.text()));
}

template <class T, class Start>
base::Result<T> call(Start&& start) {
  std::optional<base::Result<T>> result;
  int calls = 0;
  start(base::Done<T>([&](base::Result<T> got) {
    ++calls;
    result.emplace(std::move(got));
  }));
  FUZZ_CHECK(calls == 1);
  return std::move(*result);
}

const CouponCode& code() {
  static const auto kCode = CouponCode::parse("FLASH100").value();
  return kCode;
}

std::vector<Ask> asks() {
  std::vector<Ask> all;
  for (const char* name : {"m1", "m2"}) {
    const auto id = GrantId::parse("01M7YTTYFM5E78K65X8MYBZ2WE").value();
    all.push_back({MemberId::parse(name).value(), id, 7});
  }
  return all;
}

void members_path(Gate& gate) {
  const auto issued = call<IssueReply>([&](auto done) { gate.issue(code(), asks(), std::move(done)); });
  if (accepted(issued)) {
    FUZZ_CHECK(issued->decisions.size() == asks().size());
    for (const auto& decision : issued->decisions) {
      const bool holds = decision.outcome == Outcome::kGranted || decision.outcome == Outcome::kAlready;
      FUZZ_CHECK(holds == decision.held.has_value());
      if (!holds) continue;
      check(decision.held->grant);
      FUZZ_CHECK(decision.held->grant.rank >= 0);
    }
  }
  const GrantRef ref{asks().front().member, asks().front().candidate};
  const auto confirmed =
      call<std::vector<bool>>([&](auto done) { gate.confirm(code(), 1, {ref, ref}, std::move(done)); });
  FUZZ_CHECK(!accepted(confirmed) || confirmed->size() == 2);
  const auto found = call<MemberReply>([&](auto done) { gate.find(code(), ref.member, std::move(done)); });
  if (accepted(found) && found->held) check(found->held->grant);
  const auto status = call<GateStatus>([&](auto done) { gate.status(code(), std::move(done)); });
  FUZZ_CHECK(!accepted(status) || !name_of(status->state).empty());
}

void operators_path(Gate& gate) {
  const auto claimed = call<ClaimReply>([&](auto done) { gate.claim(code(), 10, 1'000, std::move(done)); });
  if (accepted(claimed)) {
    for (const auto& grant : claimed->due) check(grant);
  }
  std::string cursor;
  for (int pages = 0; pages < 4; ++pages) {
    constexpr std::size_t kPage = 2;
    const auto page = call<GatePage>([&](auto done) { gate.scan(code(), cursor, kPage, std::move(done)); });
    if (!accepted(page)) break;
    FUZZ_CHECK(page->grants.size() <= kPage);
    for (const auto& held : page->grants) check(held.grant);
    cursor = page->next;
    if (cursor.empty()) break;
  }
  const GateChange values{2, 100, CouponState::kOpen, {}};
  const auto changed = call<ChangeReply>([&](auto done) { gate.change(code(), values, std::move(done)); });
  FUZZ_CHECK(accepted(changed) || !changed.error().message.empty());
}

void rebuild_path(Gate& gate) {
  const auto token = call<BuildToken>([&](auto done) { gate.fence(code(), 2, std::move(done)); });
  if (!accepted(token)) return;
  FUZZ_CHECK(token->target_epoch == 2 && token->wait_ms >= 0);
  const auto settled = call<SettleReply>([&](auto done) { gate.settle(code(), *token, 100, std::move(done)); });
  FUZZ_CHECK(accepted(settled) || !settled.error().message.empty());
}

}  // namespace

FUZZ_TARGET(redis_replies) {
  if (size == 0) return 0;
  static net::redis::Loop loop;
  static base::InlineExecutor executor;
  static base::Metrics metrics;
  gate::RedisGate gate(loop, {}, {}, executor, metrics);
  replies().load(fuzz::text_of(data + 1, size - 1));
  switch (*data % 3) {
    case 0: members_path(gate); break;
    case 1: operators_path(gate); break;
    default: rebuild_path(gate);
  }
  replies().load({});
  return 0;
}

}  // namespace coupon::fuzz_redis_replies
