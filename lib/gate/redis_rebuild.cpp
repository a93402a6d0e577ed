// The rebuild's steps over Redis; see service/rebuild.hpp for their order.

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <random>
#include <utility>

#include "base/log.hpp"
#include "gate/redis_run.hpp"
#include "gate/scripts.hpp"

namespace coupon::gate {

using base::Errc;
using base::Result;
using net::redis::View;

namespace {
constexpr std::size_t kScanPage = 1'000;
constexpr std::size_t kSettleStep = 1'000;

net::redis::Arguments settle_arguments(const CouponCode& code, const BuildToken& token, std::size_t keep) {
  auto arguments = keys_of(code);
  add_token(arguments, token);
  arguments.add(keep);
  return arguments;
}

std::string new_attempt() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}
}  // namespace

void RedisGate::fence(const CouponCode& code, std::uint32_t target_epoch, base::Done<BuildToken> done) {
  auto arguments = keys_of(code);
  arguments.add(target_epoch).add(std::string_view(new_attempt()));
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
    add_grant(arguments, grant.member, grant.id);
    arguments.add(grant.rank).add(grant.issued_ms);
  }
  for (const auto& ref : revoked) {
    add_grant(arguments, ref.member, ref.id);
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
  std::weak_ptr<const char> gate;  // ends with the gate
  std::string cursor = "0";
  std::vector<Grant> unmerged;
  std::vector<std::string> strays;  // fields that hold no grant
  std::size_t settled = 0;          // of the unmerged, in their order
  std::size_t keep = 0;             // so many of them, from the front
  std::int64_t voided = 0;

  /// Completes, and answers true, when there is no next step.
  template <class T>
  bool ends_with(const Result<T>& step) {
    if (!step) {
      done(std::unexpected(step.error()));
    } else if (gate.expired()) {
      done(base::fail_retryable(Errc::kUnavailable, "the gate was closed meanwhile"));
    } else {
      return false;
    }
    return true;
  }
  /// The gate's own count may be lost.
  [[nodiscard]] std::int64_t rank_max() const { return unmerged.empty() ? 0 : unmerged.back().rank; }
  /// Takes a page's grants. Answers the next cursor.
  Result<std::string> take(View page);
  /// A page may repeat what another one had.
  void put_in_order() {
    std::ranges::sort(unmerged, {}, [](const Grant& grant) { return std::pair(grant.rank, grant.id); });
    const auto [first, last] = std::ranges::unique(unmerged, {}, &Grant::id);
    unmerged.erase(first, last);
  }
};

Result<std::string> RedisGate::Settling::take(View page) {
  if (page.size() < kScanHead) return unexpected_reply("scan");
  for (std::size_t i = kScanHead; i + 2 < page.size(); i += 3) {
    auto grant = grant_of_field(page[i].text(), page[i + 1].text());
    if (grant) {
      unmerged.push_back(std::move(*grant));
    } else {
      base::log::warn("{}: it is dropped", grant.error().message);
      strays.emplace_back(page[i].text());
    }
  }
  return std::string(page[2].text());
}

void RedisGate::settle(const CouponCode& code, const BuildToken& token, std::int64_t quota,
                       base::Done<SettleReply> done) {
  find_unmerged(std::make_shared<Settling>(Settling{code, token, quota, std::move(done), life_, "0", {}, {}, 0, 0, 0}));
}

void RedisGate::find_unmerged(std::shared_ptr<Settling> settling) {
  auto arguments = keys_of(settling->code);
  add_scan(arguments, settling->cursor, kScanPage, std::to_string(settling->token.target_epoch));
  run<std::string>(
      lua::scan(), std::move(arguments), [settling](View page) { return settling->take(page); },
      [this, settling](Result<std::string> next) {
        if (settling->ends_with(next)) return;
        settling->cursor = std::move(*next);
        if (settling->cursor != "0") return find_unmerged(settling);
        settling->put_in_order();
        drop_strays(settling);
      });
}

void RedisGate::drop_strays(std::shared_ptr<Settling> settling) {
  auto& strays = settling->strays;
  if (strays.empty()) return weigh(settling);
  const auto begin = strays.size() - std::min(strays.size(), kSettleStep);
  auto arguments = settle_arguments(settling->code, settling->token, 0);
  for (auto i = begin; i < strays.size(); ++i) arguments.add(std::string_view(strays[i])).add(std::string_view());
  strays.resize(begin);
  run_settle(std::move(arguments), [this, settling](Result<SettleReply> part) {
    if (settling->ends_with(part)) return;
    if (!part->mine) return settling->done(*part);
    drop_strays(settling);
  });
}

// Settling nothing says how many are held.
void RedisGate::weigh(std::shared_ptr<Settling> settling) {
  run_settle(settle_arguments(settling->code, settling->token, 0), [this, settling](Result<SettleReply> now) {
    if (settling->ends_with(now)) return;
    if (!now->mine || settling->unmerged.empty()) return settling->done(*now);
    const auto excess = static_cast<std::size_t>(std::max<std::int64_t>(now->held - settling->quota, 0));
    const auto count = settling->unmerged.size();
    settling->keep = count - std::min(count, excess);
    settle_part(settling);
  });
}

void RedisGate::settle_part(std::shared_ptr<Settling> settling) {
  const auto from = settling->settled;
  const auto end = std::min(from + kSettleStep, settling->unmerged.size());
  settling->settled = end;
  const auto keep = std::clamp(settling->keep, from, end) - from;
  auto arguments = settle_arguments(settling->code, settling->token, keep);
  for (auto i = from; i < end; ++i) {
    const auto& grant = settling->unmerged[i];
    add_grant(arguments, grant.member, grant.id);
  }
  run_settle(std::move(arguments), [this, settling](Result<SettleReply> part) {
    if (settling->ends_with(part)) return;
    settling->voided += part->voided;
    part->voided = settling->voided;
    part->seq = std::max(part->seq, settling->rank_max());
    if (!part->mine || settling->settled == settling->unmerged.size()) return settling->done(*part);
    settle_part(settling);
  });
}

void RedisGate::run_settle(net::redis::Arguments arguments, base::Done<SettleReply> done) {
  run<SettleReply>(
      lua::settle(), std::move(arguments),
      [](View view) -> Result<SettleReply> {
        if (view.size() == 1) return SettleReply{};
        if (view.size() != 5) return unexpected_reply("settle");
        const SettleReply reply{true, number_of(view[2]), number_of(view[3]), number_of(view[1]), number_of(view[4])};
        const bool possible = reply.held >= 0 && reply.voided >= 0 && std::cmp_less_equal(reply.voided, kGateBatchMax);
        if (!possible) return unexpected_reply("settle");
        return reply;
      },
      std::move(done));
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
