#include "couponsrv/coupon_calls.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "couponsrv/answers.hpp"
#include "couponsrv/fields.hpp"
#include "couponsrv/request_checks.hpp"
#include "service/lifecycle.hpp"

namespace coupon::srv {

using base::Errc;
using base::Result;
using net::http::Request;
using net::http::Response;
using service::Backend;

namespace {

constexpr const char* kActor = "http";
constexpr std::size_t kCouponsPage = 100;

std::unexpected<Response> no(Response response) { return std::unexpected(std::move(response)); }
std::unexpected<Response> no(const base::Error& error) { return no(bad_request(error.message)); }

// The path's {code} for a call without body and query.
std::expected<CouponCode, Response> bare_code(const Route& route, const Request& request) {
  if (auto refusal = check_no_query(request)) return no(std::move(*refusal));
  if (auto refusal = check_empty_body(request)) return no(std::move(*refusal));
  auto code = CouponCode::parse(route.code);
  if (!code) return no(code.error());
  return std::move(*code);
}

std::string_view stock_status(const Coupon& coupon, const GateStatus& gate) {
  if (!gate.known) return "NOT_SEEDED";
  if (!gate.serving) return "FENCED";
  return name_of(coupon.state);
}

Result<std::string> stock_json(Backend& backend, const CouponCode& code) {
  const auto coupon = backend.ledger.coupon(code);
  if (!coupon) return std::unexpected(coupon.error());
  const auto gate = backend.gate.status(code);
  if (!gate) return std::unexpected(gate.error());
  const auto counts = backend.ledger.counts(code);
  if (!counts) return std::unexpected(counts.error());
  const auto recorded = counts->issued + counts->used;
  const auto quota = gate->serving ? gate->quota : coupon->quota;
  const auto remaining = gate->serving ? std::max<std::int64_t>(quota - gate->held, 0) : 0;
  return fmt::format(
      R"({{"couponCode":"{}","quota":{},"remaining":{},"issued":{},"pending":{},"recorded":{},"deadLetters":{},"status":"{}"}})",
      code.text(), quota, remaining, gate->serving ? gate->held - gate->pending : recorded, gate->pending, recorded,
      counts->dead_open, stock_status(*coupon, *gate));
}

Response stock_response(Backend& backend, const CouponCode& code) {
  const auto json = stock_json(backend, code);
  return json ? success(200, *json) : failure(json.error());
}

// The gate's grant when it serves, otherwise what the ledger has; `recorded`: the ledger has this very grant.
Response member_response(Backend& backend, const CouponCode& code, const MemberId& member) {
  const auto coupon = backend.ledger.coupon(code);
  if (!coupon) return failure(coupon.error());
  const auto gate = backend.gate.find(code, member);
  if (!gate) return failure(gate.error());
  const auto row = backend.ledger.find(code, member);
  if (!row) return failure(row.error());
  if (gate->serving && gate->held) {
    const auto& held = *gate->held;
    const bool recorded = *row && (*row)->grant.id == held.grant.id;
    const auto state = recorded ? name_of((*row)->state) : held.pending ? "PENDING" : "ISSUED";
    return success(200, grant_json(code, held.grant, state, recorded));
  }
  if (*row) return success(200, grant_json(code, (*row)->grant, name_of((*row)->state), true));
  return refuse(Refusal::kUnknownMember);
}

Result<std::int64_t> optional_instant(const Fields& fields, std::size_t index, std::string_view name) {
  if (!fields.has(index)) return 0;
  return base::parse_instant_ms(fields.text(index), name);
}

Result<Coupon> read_coupon(const Request& request) {
  static const std::vector<Field> kFields{{.name = CodeTag::kField},
                                          {.name = "title", .required = false},
                                          {.name = "quantity", .kind = Field::Kind::kInteger},
                                          {.name = "opensAt", .required = false},
                                          {.name = "endsAt", .required = false}};
  const auto fields = Fields::parse(request.body, kFields);
  if (!fields) return std::unexpected(fields.error());
  auto code = CouponCode::parse(fields->text(0));
  if (!code) return std::unexpected(code.error());
  const auto opens = optional_instant(*fields, 3, "opensAt");
  if (!opens) return std::unexpected(opens.error());
  const auto ends = optional_instant(*fields, 4, "endsAt");
  if (!ends) return std::unexpected(ends.error());
  auto title = fields->has(1) ? fields->text(1) : code->text();
  Coupon coupon{std::move(*code), std::move(title), fields->integer(2), CouponState::kOpen, {*opens, *ends}, 1, 0, 0};
  COUPON_TRY(validate(coupon));
  return coupon;
}

// Query parameters of exactly these names, each at most once; the error names the parameter.
Result<std::vector<std::optional<std::string>>> read_query(std::string_view query,
                                                           const std::vector<std::string_view>& names) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (!net::http::parse_query(query, pairs)) return base::fail(Errc::kInvalid, "the query has a broken % escape");
  std::vector<std::optional<std::string>> values(names.size());
  for (auto& [name, value] : pairs) {
    const auto it = std::ranges::find(names, name);
    if (it == names.end()) {
      return base::fail(Errc::kInvalid,
                        fmt::format("unknown query parameter '{}': this call takes {}",
                                    base::json_escape(name.substr(0, kTextMax)), fmt::join(names, ", ")));
    }
    auto& slot = values[static_cast<std::size_t>(it - names.begin())];
    if (slot) return base::fail(Errc::kInvalid, fmt::format("query parameter '{}' is there twice", name));
    slot = std::move(value);
  }
  return values;
}

struct InitStock {
  CouponCode code;
  std::optional<std::int64_t> quantity;
};

Result<InitStock> read_init(const Request& request) {
  const auto values = read_query(request.query, {CodeTag::kField, "quantity"});
  if (!values) return std::unexpected(values.error());
  if (!(*values)[0]) return base::fail(Errc::kInvalid, "query parameter 'couponCode' is missing");
  auto code = CouponCode::parse(*(*values)[0]);
  if (!code) return std::unexpected(code.error());
  InitStock init{std::move(*code), std::nullopt};
  if ((*values)[1]) {
    const auto quantity = base::parse_integer(*(*values)[1], "quantity", 1, kQuotaMax);
    if (!quantity) return std::unexpected(quantity.error());
    init.quantity = *quantity;
  }
  return init;
}

Result<std::vector<CouponCode>> all_codes(Backend& backend) {
  std::vector<CouponCode> codes;
  std::string after;
  for (;;) {
    const auto page = backend.ledger.coupons(after, kCouponsPage);
    if (!page) return std::unexpected(page.error());
    for (const auto& coupon : *page) codes.push_back(coupon.code);
    if (page->size() < kCouponsPage) return codes;
    after = page->back().code.text();
  }
}

Response reset_response(Backend& backend, const std::optional<CouponCode>& only) {
  auto codes = only ? Result<std::vector<CouponCode>>(std::vector{*only}) : all_codes(backend);
  if (!codes) return failure(codes.error());
  for (const auto& code : *codes) {
    if (const auto done = service::reset_coupon(backend, code); !done) return failure(done.error());
  }
  return success(200, fmt::format(R"({{"coupons":{}}})", codes->size()));
}

}  // namespace

Plan plan_show_coupon(const Route& route, const Request& request) {
  auto code = bare_code(route, request);
  if (!code) return no(std::move(code.error()));
  return [code = std::move(*code)](Backend& backend) {
    const auto coupon = backend.ledger.coupon(code);
    return coupon ? success(200, coupon_json(*coupon)) : failure(coupon.error());
  };
}

Plan plan_show_stock(const Route& route, const Request& request) {
  auto code = bare_code(route, request);
  if (!code) return no(std::move(code.error()));
  return [code = std::move(*code)](Backend& backend) { return stock_response(backend, code); };
}

Plan plan_show_member(const Route& route, const Request& request) {
  auto code = bare_code(route, request);
  if (!code) return no(std::move(code.error()));
  auto member = MemberId::parse(route.member);
  if (!member) return no(member.error());
  return [code = std::move(*code), member = std::move(*member)](Backend& backend) {
    return member_response(backend, code, member);
  };
}

Plan plan_create(const Request& request) {
  if (auto refusal = check_json(request)) return no(std::move(*refusal));
  auto coupon = read_coupon(request);
  if (!coupon) return no(coupon.error());
  return [coupon = std::move(*coupon)](Backend& backend) mutable {
    coupon.created_ms = backend.clock.wall_ms();
    const auto done = backend.ledger.create(coupon);
    return done ? success(201, coupon_json(coupon)) : failure(done.error());
  };
}

Plan plan_delete(const Route& route, const Request& request) {
  auto code = bare_code(route, request);
  if (!code) return no(std::move(code.error()));
  return [code = std::move(*code)](Backend& backend) {
    const auto done = service::remove_coupon(backend, code, kActor);
    return done ? success(200, fmt::format(R"({{"couponCode":"{}","status":"DELETED"}})", code.text()))
                : failure(done.error());
  };
}

Plan plan_init_stock(const Request& request) {
  if (auto refusal = check_empty_body(request)) return no(std::move(*refusal));
  auto init = read_init(request);
  if (!init) return no(init.error());
  return [init = std::move(*init)](Backend& backend) {
    const auto done = service::init_stock(backend, init.code, init.quantity, kActor);
    return done ? stock_response(backend, init.code) : failure(done.error());
  };
}

Plan plan_reset(const Request& request) {
  if (auto refusal = check_empty_body(request)) return no(std::move(*refusal));
  const auto values = read_query(request.query, {CodeTag::kField});
  if (!values) return no(values.error());
  std::optional<CouponCode> only;
  if ((*values)[0]) {
    auto code = CouponCode::parse(*(*values)[0]);
    if (!code) return no(code.error());
    only = std::move(*code);
  }
  return [only = std::move(only)](Backend& backend) { return reset_response(backend, only); };
}

}  // namespace coupon::srv
