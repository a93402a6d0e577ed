#include "couponsrv/answers.hpp"

#include <array>
#include <fmt/format.h>

#include "base/append.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace coupon::srv {

using base::Errc;
using net::http::Response;

namespace {

constexpr std::size_t kUsualGrant = 160;  // bytes of a grant's JSON without its names

struct Row {
  int status;
  std::string_view code;
  std::string_view message;
};

constexpr std::array kRows{
    Row{404, "COUPON-001", "there is no such coupon"},
    Row{409, "COUPON-002", "this member has the coupon already"},
    Row{409, "COUPON-003", "all places are taken"},
    Row{409, "COUPON-004", "the coupon is not open yet"},
    Row{410, "COUPON-005", "the coupon has ended"},
    Row{409, "COUPON-006", "the coupon is paused"},
    Row{404, "COUPON-007", "this member has no place of this coupon"},
    Row{503, "COUPON-008", "the coupon's stock is not seeded yet"},
    Row{503, "GATE_FENCED", "the coupon's stock is being rebuilt"},
};

// The instant of now as text, formatted once a millisecond.
std::string_view now_text() {
  thread_local std::int64_t shown_ms = -1;
  thread_local std::string text;
  const auto now_ms = base::SystemClock{}.wall_ms();
  if (now_ms != shown_ms) {
    text = base::format_instant(now_ms);
    shown_ms = now_ms;
  }
  return text;
}

std::string instant_json(std::int64_t ms) { return ms == 0 ? "null" : '"' + base::format_instant(ms) + '"'; }

int status_of(const base::Error& error) {
  switch (error.code) {
    case Errc::kInvalid: return 400;
    case Errc::kNotFound: return 404;
    case Errc::kConflict: return 409;
    case Errc::kUnavailable:
    case Errc::kTimeout:
    case Errc::kBusy:
    case Errc::kFenced: return 503;
    default: return error.retryable ? 503 : 500;
  }
}

}  // namespace

Response success(int status, std::string_view data) {
  Response response;
  response.status = status;
  response.body.reserve(data.size() + 80);
  base::append(response.body, R"({"success":true,"data":)", data, R"(,"timestamp":")", now_text(), R"("})");
  return response;
}

Response refuse(Refusal refusal, std::string_view data) {
  const auto& row = kRows.at(static_cast<std::size_t>(refusal));
  Response response;
  response.status = row.status;
  response.body.reserve(data.size() + 160);
  base::append(response.body, R"({"success":false,"error":{"code":")", row.code, R"(","message":")", row.message,
               R"("})");
  if (!data.empty()) base::append(response.body, R"(,"data":)", data);
  base::append(response.body, R"(,"timestamp":")", now_text(), R"("})");
  if (row.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response bad_request(std::string_view message) { return net::http::error_response(400, message); }

Response failure(const base::Error& error) {
  if (error.code == Errc::kNotFound) return refuse(Refusal::kNotFound);
  if (error.code == Errc::kFenced) return refuse(Refusal::kFenced);
  if (error.code == Errc::kCorrupt) {
    base::log::error("a request failed: {}", error.message);
    return net::http::error_response(
        503, "what is stored of this coupon cannot be trusted; the server's log has the remedy");
  }
  const auto status = status_of(error);
  if (status == 500) {
    base::log::error("a request failed: {}", error.message);
    return net::http::error_response(500, "internal error; the server's log has the reason");
  }
  return net::http::error_response(status, error.message);
}

std::string grant_json(const CouponCode& code, const Grant& grant, std::string_view status,
                       std::optional<bool> recorded) {
  std::string json;
  json.reserve(kUsualGrant + code.text().size() + grant.member.text().size());
  base::append(json, R"({"couponCode":")", code.text(), R"(","memberId":")", grant.member.text(), R"(","issueId":")",
               grant.id, '"');
  if (status != "PENDING") base::append(json, R"(,"rank":)", grant.rank);
  base::append(json, R"(,"status":")", status, '"');
  if (recorded) json += *recorded ? R"(,"recorded":true)" : R"(,"recorded":false)";
  json += '}';
  return json;
}

std::string coupon_json(const Coupon& coupon) {
  return fmt::format(
      R"({{"couponCode":"{}","title":"{}","quota":{},"status":"{}","opensAt":{},"endsAt":{},"createdAt":{},"version":{}}})",
      coupon.code.text(), base::json_escape(coupon.title), coupon.quota, name_of(coupon.state),
      instant_json(coupon.window.opens_ms), instant_json(coupon.window.ends_ms), instant_json(coupon.created_ms),
      coupon.version);
}

}  // namespace coupon::srv
