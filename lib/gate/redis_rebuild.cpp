// The rebuild's steps over Redis; see service/rebuild.hpp for their order.

#include <algorithm>
#include <memory>
#include <utility>

#include "gate/redis_run.hpp"
#include "gate/scripts.hpp"

namespace coupon::gate {

using base::Errc;
using base::Result;
using net::redis::Reply;
using net::redis::View;

namespace {
constexpr std::size_t kScanStep = 1'000;
constexpr std::size_t kSettleStep = 1'000;
}  // namespace

void RedisGate::fence(const CouponCode& code, std::uint32_t target_epoch, base::Done<BuildToken> done) {
  auto arguments = keys_of(code);
  arguments.add(target_epoch);
  run<BuildToken>(
      lua::fence(), std::move(arguments),
      [code, target_epoch, isolation_ms = config_.isolation_ms](View view) -> Result<BuildToken> {
        if (view.size() < 2) return unexpected_reply("fence");
        if (number_of(view[0]) == 0) return fence_too_late(code, target_epoch, number_of(view[1]));
        if (view.size() < 3) return unexpected_reply("fence");
        return BuildToken{target_epoch, std::string(view[1].text()), number_of(view[2]) != 0 ? isolation_ms : 0};
      },
      std::move(done));
}

void RedisGate::merge(const CouponCode& code, const BuildToken& token, std::vector<Grant> held,
                      std::vector<GrantRef> revoked, base::Done<bool> done) {
  if (refuses(std::max(held.size(), revoked.size()), done)) return;
  auto arguments = keys_of(code);
  add_token(arguments, token);
  arguments.add(held.size());
  for (const auto& grant : held) {
    arguments.add(std::string_view(grant.member.text())).add(std::string_view(grant.id.text()));
    arguments.add(grant.rank).add(grant.issued_ms);
  }
  for (const auto& ref : revoked) {
    arguments.add(std::string_view(ref.member.text())).add(std::string_view(ref.id.text()));
  }
  run_flag(lua::merge(), std::move(arguments), std::move(done));
}

// First everything that was not merged is found, page by page; then it is settled in parts. Nothing else changes a
// fenced gate, and every part checks the token, so the whole is as good as one step.
struct RedisGate::Settling {
  CouponCode code;
  BuildToken token;
  std::int64_t quota;
  base::Done<SettleReply> done;
  std::string cursor = "0";
  std::vector<Grant> unmerged;
  std::size_t settled = 0;  // of the unmerged, in their order
  std::size_t keep = 0;     // so many of them, from the front
  SettleReply reply;
};

void RedisGate::settle(const CouponCode& code, const BuildToken& token, std::int64_t quota,
                       base::Done<SettleReply> done) {
  find_unmerged(std::make_shared<Settling>(Settling{code, token, quota, std::move(done), "0", {}, 0, 0, {}}));
}

void RedisGate::find_unmerged(std::shared_ptr<Settling> settling) {
  auto arguments = keys_of(settling->code);
  arguments.add(std::string_view(settling->cursor)).add(kScanStep).add(settling->token.target_epoch);
  client_.run(lua::scan(), std::move(arguments), [this, settling](Result<Reply> reply) {
    executor_.post([this, settling, reply = std::move(reply)]() mutable {
      if (!reply) return settling->done(std::unexpected(std::move(reply.error())));
      const auto view = reply->view();
      if (view.size() < 3) return settling->done(unexpected_reply("scan"));
      for (std::size_t i = 3; i + 2 < view.size(); i += 3) {
        auto member = MemberId::parse(view[i].text());
        if (!member) return settling->done(std::unexpected(member.error()));
        auto grant = grant_of(std::move(*member), view[i + 1].text());
        if (!grant) return settling->done(std::unexpected(grant.error()));
        settling->unmerged.push_back(std::move(*grant));
      }
      settling->cursor = view[2].text();
      if (settling->cursor != "0") return find_unmerged(settling);
      // A page may repeat what another one had.
      auto& all = settling->unmerged;
      std::ranges::sort(all, {}, [](const Grant& grant) { return std::pair(grant.rank, grant.id); });
      const auto [first, last] = std::ranges::unique(all, {}, &Grant::id);
      all.erase(first, last);
      run<GateStatus>(
          lua::status(), keys_of(settling->code),
          [](View status) -> Result<GateStatus> {
            GateStatus found;
            if (status.size() != 12) return unexpected_reply("status");
            found.held = number_of(status[10]);
            return found;
          },
          [this, settling](Result<GateStatus> status) {
            if (!status) return settling->done(std::unexpected(std::move(status.error())));
            const auto excess = std::max<std::int64_t>(status->held - settling->quota, 0);
            const auto count = settling->unmerged.size();
            settling->keep = count - std::min(count, static_cast<std::size_t>(excess));
            settle_part(settling);
          });
    });
  });
}

void RedisGate::settle_part(std::shared_ptr<Settling> settling) {
  const auto count = settling->unmerged.size();
  const auto from = settling->settled;
  // A part keeps or voids, never both; an empty one reads how it ended.
  const auto end = std::min({from + kSettleStep, from < settling->keep ? settling->keep : count});
  auto arguments = keys_of(settling->code);
  add_token(arguments, settling->token);
  arguments.add(from < settling->keep ? end - from : 0);
  for (auto i = from; i < end; ++i) {
    const auto& grant = settling->unmerged[i];
    arguments.add(std::string_view(grant.member.text())).add(std::string_view(grant.id.text()));
  }
  settling->settled = end;
  run<SettleReply>(
      lua::settle(), std::move(arguments),
      [](View view) -> Result<SettleReply> {
        if (view.size() == 1) return SettleReply{};
        if (view.size() != 5) return unexpected_reply("settle");
        return SettleReply{true, number_of(view[2]), number_of(view[3]), number_of(view[1]), number_of(view[4])};
      },
      [this, settling](Result<SettleReply> part) {
        if (!part || !part->mine) return settling->done(std::move(part));
        part->voided += settling->reply.voided;
        settling->reply = *part;
        if (settling->settled < settling->unmerged.size()) return settle_part(settling);
        settling->done(settling->reply);
      });
}

void RedisGate::open(const CouponCode& code, const BuildToken& token, const GateChange& values, std::int64_t seq,
                     base::Done<bool> done) {
  auto arguments = keys_of(code);
  add_token(arguments, token);
  add_values(arguments, values);
  arguments.add(seq);
  run_flag(lua::open(), std::move(arguments), std::move(done));
}

void RedisGate::forget(const CouponCode& code, const BuildToken& token, base::Done<bool> done) {
  auto arguments = keys_of(code);
  add_token(arguments, token);
  run_flag(lua::forget(), std::move(arguments), std::move(done));
}

}  // namespace coupon::gate
