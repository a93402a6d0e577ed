#include "couponsrv/issue_call.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "couponsrv/answers.hpp"
#include "couponsrv/fields.hpp"
#include "couponsrv/request_checks.hpp"

namespace coupon::srv {

using base::Result;
using net::http::Request;
using net::http::Responder;
using net::http::Response;
using service::IssueAnswer;

namespace {

constexpr std::size_t kKeyMax = 128;

struct Ask {
  CouponCode code;
  MemberId member;
  std::uint64_t key_hash;
};

Result<std::uint64_t> read_key(const Request& request) {
  const auto key = request.header("Idempotency-Key");
  const bool printable = std::ranges::all_of(key, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (key.size() > kKeyMax || !printable) {
    return base::fail(base::Errc::kInvalid, "Idempotency-Key must have at most 128 printable ASCII characters");
  }
  return hash_idempotency_key(key);
}

Result<Ask> read_ask(const Request& request) {
  static const std::vector<Field> kFields{{.name = CodeTag::kField}, {.name = MemberTag::kField}};
  const auto key = read_key(request);
  if (!key) return std::unexpected(key.error());
  const auto fields = Fields::parse(request.body, kFields);
  if (!fields) return std::unexpected(fields.error());
  auto code = CouponCode::parse(fields->text(0));
  if (!code) return std::unexpected(std::move(code.error()));
  auto member = MemberId::parse(fields->text(1));
  if (!member) return std::unexpected(std::move(member.error()));
  return Ask{std::move(*code), std::move(*member), *key};
}

std::string opens_at(const Window& window) {
  return R"({"opensAt":")" + base::format_instant(window.opens_ms) + R"("})";
}

Response granted(const CouponCode& code, const IssueAnswer& answer) {
  if (answer.pending) return success(202, grant_json(code, *answer.grant, "PENDING"));
  return success(200, grant_json(code, *answer.grant, "ISSUED"));
}

Response already(const CouponCode& code, const IssueAnswer& answer) {
  if (answer.same_key) return granted(code, answer);
  return refuse(Refusal::kAlreadyIssued, grant_json(code, *answer.grant, answer.pending ? "PENDING" : "ISSUED"));
}

Response respond(const CouponCode& code, const IssueAnswer& answer) {
  switch (answer.outcome) {
    case Outcome::kGranted: return granted(code, answer);
    case Outcome::kAlready: return already(code, answer);
    case Outcome::kSoldOut: return refuse(Refusal::kSoldOut);
    case Outcome::kNotOpen: return refuse(Refusal::kNotOpen, opens_at(answer.window));
    case Outcome::kEnded: return refuse(Refusal::kEnded);
    case Outcome::kPaused: return refuse(Refusal::kPaused);
    case Outcome::kUnknownCoupon: return refuse(Refusal::kNotSeeded);
    case Outcome::kFenced: return refuse(Refusal::kFenced);
  }
  return refuse(Refusal::kFenced);
}

}  // namespace

void IssueCall::operator()(const Request& request, Responder responder) {
  if (auto refusal = check_json(request)) {
    responder(std::move(*refusal));
    return;
  }
  auto ask = read_ask(request);
  if (!ask) {
    responder(bad_request(ask.error().message));
    return;
  }
  issuer_.issue(ask->code, ask->member, ask->key_hash,
                [this, code = ask->code, responder = std::move(responder)](Result<IssueAnswer> answer) mutable {
                  if (!answer) {
                    responder(failure(answer.error()));
                  } else if (answer->outcome == Outcome::kUnknownCoupon) {
                    // Unknown to the gate: only the ledger can tell "no such coupon" from "not seeded".
                    desk_.submit(loop_, std::move(responder), [code](service::Backend& backend) {
                      const auto coupon = backend.ledger.coupon(code);
                      return coupon ? refuse(Refusal::kNotSeeded) : failure(coupon.error());
                    });
                  } else {
                    responder(respond(code, *answer));
                  }
                });
}

}  // namespace coupon::srv
