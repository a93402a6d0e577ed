#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "integration/mysql_store.hpp"
#include "integration/server_parts.hpp"
#include "ledger/mysql_ledger.hpp"
#include "net/sql/mysql_text.hpp"

namespace coupon::test {

namespace {

class OneDatabase final : public MysqlPart {
 public:
  std::unique_ptr<Ledger> ledger() override { return std::make_unique<ledger::MysqlLedger>(pool_, clock_); }
  void use(const GrantId& grant) override {
    const auto changed =
        store_.meddle(net::sql::sql_text("UPDATE issues SET state = 'USED' WHERE grant_id = ? AND state = 'ISSUED'",
                                         {net::sql::SqlBytes{grant.view()}}));
    EXPECT_EQ(changed, 1);
  }
  void reject_rows_of(const MemberId& member) override {
    store_.meddle(
        fmt::format("CREATE TRIGGER reject BEFORE INSERT ON issues FOR EACH ROW"
                    " IF NEW.user_id = '{}' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'rejected';"
                    " END IF",
                    member.text()));
  }

 private:
  MysqlStore store_;
  base::SystemClock clock_;
  net::sql::MysqlPool pool_{store_.config()};
};

}  // namespace

std::unique_ptr<MysqlPart> make_mysql_part() { return std::make_unique<OneDatabase>(); }

}  // namespace coupon::test
