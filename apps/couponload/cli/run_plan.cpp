#include "couponload/cli/run_plan.hpp"

#include <algorithm>

#include "couponload/burst/instant.hpp"
#include "couponload/profile/values.hpp"

namespace coupon::load {

namespace {

constexpr std::int64_t kOpenTimeoutMinMs = 30'000;

std::int64_t open_timeout_ns(const LoadOptions& options) {
  return std::max(options.timeout_ms, kOpenTimeoutMinMs) * kNsPerMs;
}

std::uint64_t groups_of(std::uint64_t requests, std::uint64_t same) { return (requests + same - 1) / same; }

std::uint64_t members_of(const LoadOptions& options) { return groups_of(requests_of(options), options.same_user); }

// How long the row of members must be for all shards: every one takes at most as many as the first.
std::uint64_t members_needed(const LoadOptions& options) {
  if (options.mode == Mode::kBurst) return groups_of(options.users, options.same_user);
  auto first = options;
  first.shard.index = 1;
  return members_of(first) * options.shard.count;
}

RequestTemplate make_request(const RunSetting& setting) {
  const auto& target = setting.target;
  return {target.profile.request, code_of(target.values), target.url,
          target.headers,         target.values,          setting.options.same_key};
}

// The whole prime request; empty when there is none.
std::string make_prime(const RunSetting& setting) {
  const auto& target = setting.target;
  if (!setting.options.prime || target.profile.prime.empty()) return {};
  const auto code = code_of(target.values);
  const Subject subject{.code = code, .member = {}, .variables = &target.values};
  return serialize(target.url, make_question(reading(target.profile, target.profile.prime), subject, target.headers));
}

}  // namespace

Route make_route(const RunSetting& setting) {
  return {.server = setting.server, .sources = setting.options.sources, .tls = setting.tls ? &*setting.tls : nullptr};
}

BurstShare burst_share(const LoadOptions& options) {
  const auto members = groups_of(options.users, options.same_user);
  BurstShare share{.first_member = options.shard.first(members), .members = options.shard.part(members)};
  share.requests = std::min(share.members * options.same_user, options.users - share.first_member * options.same_user);
  return share;
}

std::uint64_t requests_of(const LoadOptions& options) {
  switch (options.mode) {
    case Mode::kBurst: return burst_share(options).requests;
    case Mode::kRate: return options.shard.part(options.stages.count());
    case Mode::kClosed: return options.connections;
  }
  return 0;
}

base::Result<MemberSource> make_members(const LoadOptions& options, const Profile& profile) {
  auto shape = profile.members;
  if (!options.member_format.empty()) {
    shape = {};
    shape.format = options.member_format;
  }
  auto source = MemberSource::make(shape, options.seed);
  if (!source) return source;
  COUPON_TRY(source->ensure(members_needed(options)));
  return source;
}

BurstPlan make_burst_plan(const RunSetting& setting, const Members& members) {
  const auto& options = setting.options;
  return {.route = make_route(setting),
          .request = make_request(setting),
          .members = &members,
          .prime = make_prime(setting),
          .requests = static_cast<std::uint32_t>(requests_of(options)),
          .threads = options.threads,
          .timeout_ns = options.timeout_ms * kNsPerMs,
          .open_timeout_ns = open_timeout_ns(options),
          .cold = options.cold,
          .retries = options.retries,
          .start_ns = setting.start_ns};
}

FlowPlan make_flow_plan(const RunSetting& setting) {
  const auto& options = setting.options;
  auto prime = make_prime(setting);
  const auto warmup_ns = prime.empty() ? 0 : options.warmup_ms * kNsPerMs;
  return {.mode = options.mode,
          .route = make_route(setting),
          .profile = &setting.target.profile,
          .request = make_request(setting),
          .members = setting.members,
          .same_user = options.same_user,
          .shard = options.shard,
          .prime = std::move(prime),
          .stages = options.stages,
          .duration_ns = options.duration_ms * kNsPerMs,
          .think_ns = options.think_ms * kNsPerMs,
          .warmup_ns = warmup_ns,
          .connections = options.connections,
          .threads = options.threads,
          .timeout_ns = options.timeout_ms * kNsPerMs,
          .open_timeout_ns = open_timeout_ns(options),
          .cold = options.cold,
          .evidence = options.evidence,
          .start_ns = setting.start_ns};
}

Target make_target(const RunSetting& setting) {
  const auto& target = setting.target;
  return {.url = target.url,
          .profile = &target.profile,
          .code = code_of(target.values),
          .headers = target.headers,
          .variables = target.values,
          .tls = target.tls,
          .timeout_ms = setting.options.timeout_ms};
}

Scenario make_scenario(const RunSetting& setting) {
  const auto& options = setting.options;
  Scenario scenario;
  scenario.argv = setting.argv;
  scenario.mode = name_of(options.mode);
  scenario.profile = setting.target.profile.name;
  scenario.profile_sha256 = setting.target.profile.sha256;
  scenario.url = setting.target.url.text();
  scenario.code = code_of(setting.target.values);
  scenario.requests = static_cast<std::uint32_t>(requests_of(options));
  scenario.members = static_cast<std::uint32_t>(members_of(options));
  scenario.threads = options.threads;
  scenario.seed = options.seed;
  scenario.timeout_ns = options.timeout_ms * kNsPerMs;
  scenario.primed = options.prime && !options.cold;
  scenario.cold = options.cold;
  scenario.insecure = setting.target.url.tls && setting.target.tls.insecure;
  scenario.shard_index = options.shard.index;
  scenario.shard_count = options.shard.count;
  if (options.mode == Mode::kBurst) return scenario;
  scenario.connections = options.connections;
  scenario.duration_ns = options.duration_ms * kNsPerMs;
  scenario.warmup_ns = options.warmup_ms * kNsPerMs;
  scenario.think_ns = options.think_ms * kNsPerMs;
  scenario.stages = options.stages_text;
  const bool one_rate = options.mode == Mode::kRate && options.stages_text.empty();
  scenario.rate_per_s = one_rate ? static_cast<double>(options.rate_per_s) / options.shard.count : 0;
  return scenario;
}

}  // namespace coupon::load
