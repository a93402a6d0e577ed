#include "couponload/profile/profile.hpp"

namespace coupon::load {

namespace {

OutcomeRule granted(Outcome outcome, int status) {
  return {outcome, {status}, {{"/success", Condition::Test::kEquals, "true"}}};
}

OutcomeRule refused(Outcome outcome, int status, std::string code) {
  return {outcome, {status}, {{"/error/code", Condition::Test::kEquals, '"' + std::move(code) + '"'}}};
}

Profile make() {
  Profile profile;
  profile.name = "couponsrv";
  profile.request = {"POST", "/api/v1/coupons/issue", R"({"couponCode":"{code}","memberId":"{member}"})"};
  profile.grant = {.id = "/data/issueId", .rank = "/data/rank", .code = "/error/code"};
  profile.count = {.path = "/api/v1/coupons/stock/{code}",
                   .quota = "/data/quota",
                   .issued = "/data/issued",
                   .recorded = "/data/recorded"};
  profile.readback = {
      .path = "/api/v1/coupons/{code}/issues/{member}", .id = "/data/issueId", .recorded = "/data/recorded"};
  profile.prime = "/healthz";
  profile.outcomes = {granted(Outcome::kIssued, 200), granted(Outcome::kPending, 202),
                      refused(Outcome::kDuplicate, 409, "COUPON-002"), refused(Outcome::kSoldOut, 409, "COUPON-003")};
  return profile;
}

}  // namespace

const Profile& couponsrv_profile() {
  static const Profile kProfile = make();
  return kProfile;
}

}  // namespace coupon::load
