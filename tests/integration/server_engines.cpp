#include "integration/server_engines.hpp"

#include <mutex>

#include "integration/server_parts.hpp"

namespace coupon::test {

namespace {

class ServerEngines final : public Engines {
 public:
  std::unique_ptr<Gate> gate() override { return redis().gate(); }
  std::unique_ptr<Journal> journal() override { return kafka().journal(); }
  std::unique_ptr<JournalReader> reader(const std::string& group) override { return kafka().reader(group); }
  std::unique_ptr<Ledger> ledger() override { return mysql().ledger(); }

  std::int64_t now_ms() const override { return redis().now_ms(); }
  bool move_clock(std::int64_t /*by_ms*/) override { return false; }
  bool journals_with_the_grant() const override { return false; }
  bool trims() const override { return false; }
  void change_identity() override { redis().change_identity(); }
  void use(const GrantId& grant) override { mysql().use(grant); }
  void reject_rows_of(const MemberId& member) override { mysql().reject_rows_of(member); }

 private:
  template <class Part>
  Part& lazy(std::unique_ptr<Part>& part, std::unique_ptr<Part> (*make)()) const {
    const std::scoped_lock lock(mutex_);
    if (!part) part = make();
    return *part;
  }
  RedisPart& redis() const { return lazy(redis_, make_redis_part); }
  KafkaPart& kafka() const { return lazy(kafka_, make_kafka_part); }
  MysqlPart& mysql() const { return lazy(mysql_, make_mysql_part); }

  mutable std::mutex mutex_;
  mutable std::unique_ptr<RedisPart> redis_;
  mutable std::unique_ptr<KafkaPart> kafka_;
  mutable std::unique_ptr<MysqlPart> mysql_;
};

}  // namespace

std::unique_ptr<Engines> make_server_engines() { return std::make_unique<ServerEngines>(); }

}  // namespace coupon::test
