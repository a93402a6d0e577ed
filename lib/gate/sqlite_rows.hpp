#pragma once
// How the embedded store keeps a gate: shared by the files of SqliteGate, used by nothing else.

#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "coupon/gate.hpp"
#include "coupon/rules.hpp"
#include "gate/sqlite_gate.hpp"
#include "net/sql/sqlite.hpp"

namespace coupon::gate {

/// One row of gate_coupons, with the file's identity beside it.
struct CouponRow {
  GateStatus status;
  std::string building_server;
  std::uint32_t building_epoch = 0;
  std::string identity;

  [[nodiscard]] GateRules rules() const { return {status.state, status.window, status.quota}; }
  [[nodiscard]] bool building_for(const BuildToken& token) const {
    return building_epoch == token.target_epoch && building_server == token.server && !identity.empty() &&
           token.server.starts_with(identity);
  }
};

[[nodiscard]] base::Result<CouponRow> read_coupon(net::sql::Database& database, const CouponCode& code);
[[nodiscard]] base::Result<std::optional<HeldGrant>> read_held(net::sql::Database& database, const CouponCode& code,
                                                               const MemberId& member);
[[nodiscard]] base::Result<> insert_held(net::sql::Database& database, const CouponCode& code, const Grant& grant,
                                         bool pending, std::uint32_t merged_epoch);
[[nodiscard]] base::Result<> delete_held(net::sql::Database& database, const CouponCode& code, const MemberId& member);
/// Reads grant_id, rank, issued_ms, key_hash, pending from columns 0 to 4 of the row in hand.
[[nodiscard]] base::Result<HeldGrant> held_from(const net::sql::StatementUse& row, MemberId member);

template <class T, class Body>
void SqliteGate::run(net::sql::GroupCommit::Kind kind, Body body, base::Done<T> done) {
  auto value = std::make_shared<base::Result<T>>();
  auto work = [body = std::move(body), value](net::sql::Database& database) mutable -> base::Result<> {
    *value = body(database);
    if (!*value) return std::unexpected(value->error());
    return {};
  };
  store_.submit(kind, std::move(work), [this, value, done = std::move(done)](base::Result<> outcome) mutable {
    if (!outcome) *value = std::unexpected(std::move(outcome.error()));
    executor_.post([value, done = std::move(done)]() mutable { done(std::move(*value)); });
  });
}

template <class T>
bool SqliteGate::refuses(std::size_t count, base::Done<T>& done) {
  if (count <= kGateBatchMax) return false;
  auto error = base::fail(base::Errc::kInvalid, fmt::format("a call to the gate takes at most {}", kGateBatchMax));
  executor_.post([error = std::move(error), done = std::move(done)]() mutable { done(std::move(error)); });
  return true;
}

}  // namespace coupon::gate
