#pragma once
// What a contract suite needs of each server; made when it is first asked for, so that a suite starts only its own.

#include <memory>
#include <string>

#include "coupon/gate.hpp"
#include "coupon/journal.hpp"
#include "coupon/ledger.hpp"

namespace coupon::test {

/// A Redis of its own.
class RedisPart {
 public:
  virtual ~RedisPart() = default;
  [[nodiscard]] virtual std::unique_ptr<Gate> gate() = 0;
  /// The gate's clock.
  [[nodiscard]] virtual std::int64_t now_ms() = 0;
  virtual void change_identity() = 0;
};
[[nodiscard]] std::unique_ptr<RedisPart> make_redis_part();

/// A topic of its own on the shared broker.
class KafkaPart {
 public:
  virtual ~KafkaPart() = default;
  [[nodiscard]] virtual std::unique_ptr<Journal> journal() = 0;
  [[nodiscard]] virtual std::unique_ptr<JournalReader> reader(const std::string& group) = 0;
};
[[nodiscard]] std::unique_ptr<KafkaPart> make_kafka_part();

/// A database of its own, with the schema, on the shared server; dropped at the end.
class MysqlPart {
 public:
  virtual ~MysqlPart() = default;
  [[nodiscard]] virtual std::unique_ptr<Ledger> ledger() = 0;
  virtual void use(const GrantId& grant) = 0;
  virtual void reject_rows_of(const MemberId& member) = 0;
};
[[nodiscard]] std::unique_ptr<MysqlPart> make_mysql_part();

}  // namespace coupon::test
