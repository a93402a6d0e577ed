#include "fuzz/api_stand_ins.hpp"

#include "fuzz/check.hpp"
#include "service/lifecycle.hpp"
#include "unit/service/fakes.hpp"

// They take the real ones' places at link time: no engine and no thread is behind the parsers.
namespace coupon::service {

struct Issuer::Request {};
struct Issuer::Batch {};
struct Issuer::Lane {};
struct Issuer::Counters {};

Issuer::Issuer(Gate& gate, Journal& journal, base::Scheduler& loop, const base::Clock& clock,
               const IssuerConfig& config, base::Metrics& /*metrics*/)
    : gate_(gate), journal_(journal), loop_(loop), clock_(clock), config_(config), ids_(clock) {}
Issuer::~Issuer() = default;

void Issuer::issue(const CouponCode& code, const MemberId& member, std::uint64_t /*key_hash*/,
                   base::Done<IssueAnswer> done) {
  FUZZ_CHECK(CouponCode::parse(code.text()) && MemberId::parse(member.text()));
  done(base::fail(base::Errc::kBusy, "nothing is issued here"));
}

base::Result<> remove_coupon(Backend& /*backend*/, const CouponCode& /*code*/, const std::string& /*actor*/) {
  return {};
}

base::Result<RebuildReport> init_stock(Backend& /*backend*/, const CouponCode& /*code*/,
                                       std::optional<std::int64_t> /*quantity*/, const std::string& /*actor*/) {
  return base::fail(base::Errc::kUnsupported, "there is no stock here");
}

base::Result<RebuildReport> reset_coupon(Backend& /*backend*/, const CouponCode& /*code*/) {
  return base::fail(base::Errc::kUnsupported, "there is no stock here");
}

}  // namespace coupon::service

namespace coupon::srv {

Desk::Desk(base::Metrics& metrics, std::size_t queue_max)
    : queue_max_(queue_max), refused_(metrics.counter("refused_total", "never counted")) {}
Desk::~Desk() = default;

void Desk::submit(base::Scheduler& /*loop*/, net::http::Responder /*responder*/, Work /*work*/) {
  fuzz::broken(__FILE__, __LINE__, "a call that was refused as busy reaches no desk");
}

}  // namespace coupon::srv

namespace coupon::fuzz {

namespace {

struct Parts {
  test::FakeClock clock;
  test::ManualLoop loop{clock};
  test::ScriptedGate gate;
  test::ScriptedJournal journal;
  base::Metrics metrics;
  service::Issuer issuer{gate, journal, loop, clock, {}, metrics};
  srv::Desk desk{metrics, 1};
  srv::IssueCall call{issuer, loop, desk};
};

}  // namespace

srv::IssueCall& issue_call() {
  static Parts parts;
  return parts.call;
}

}  // namespace coupon::fuzz
