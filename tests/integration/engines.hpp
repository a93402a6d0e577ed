#pragma once
// The engines that the contract suites run over. A new set is one class here and one line in all_engines().

#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "coupon/gate.hpp"
#include "coupon/journal.hpp"
#include "coupon/ledger.hpp"

namespace coupon::test {

/// Gate, journal and ledger over fresh and empty stores. Thread-safe; what it makes must end before it does.
class Engines {
 public:
  virtual ~Engines() = default;
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;

  /// Of one store each; several may run at once, one a thread. Completions run on a thread of the engine's.
  [[nodiscard]] virtual std::unique_ptr<Gate> gate() = 0;
  [[nodiscard]] virtual std::unique_ptr<Journal> journal() = 0;
  [[nodiscard]] virtual std::unique_ptr<JournalReader> reader(const std::string& group) = 0;
  [[nodiscard]] virtual std::unique_ptr<Ledger> ledger() = 0;

  /// The gate's clock now, and moved on where the engine lets it; false: it does not.
  [[nodiscard]] virtual std::int64_t now_ms() const = 0;
  [[nodiscard]] virtual bool move_clock(std::int64_t by_ms) = 0;
  /// Gate and journal are one store: a new grant is confirmed, and in the journal, at once.
  [[nodiscard]] virtual bool journals_with_the_grant() const = 0;
  /// The journal forgets what every group has committed.
  [[nodiscard]] virtual bool trims() const = 0;

  /// The gate's server becomes another one, with the same data: a promotion, a restart, a copy.
  virtual void change_identity() = 0;
  /// A live row becomes USED, as an order makes it.
  virtual void use(const GrantId& grant) = 0;
  /// From now on the ledger's store refuses every row of this member, for good.
  virtual void reject_rows_of(const MemberId& member) = 0;

 protected:
  Engines() = default;
};

struct EngineFactory {
  std::string name;
  std::function<std::unique_ptr<Engines>()> make;
};
/// For GoogleTest, which would print bytes and put them into the names of tests.
inline void PrintTo(const EngineFactory& factory, std::ostream* out) { *out << factory.name; }

[[nodiscard]] const std::vector<EngineFactory>& all_engines();

/// What the suites share: fresh engines a test, and short words for codes, members and ids.
class ContractTest : public ::testing::TestWithParam<EngineFactory> {
 protected:
  std::unique_ptr<Engines> engines_ = GetParam().make();
};

[[nodiscard]] std::string name_of_engine(const ::testing::TestParamInfo<EngineFactory>& info);

[[nodiscard]] CouponCode code(std::string_view text);
[[nodiscard]] MemberId member(std::string_view text);
[[nodiscard]] MemberId member(int number);
/// An id that is the same for the same number, and sorts by it.
[[nodiscard]] GrantId id(std::uint32_t number);

}  // namespace coupon::test

#define COUPON_CONTRACT(suite)                                                              \
  INSTANTIATE_TEST_SUITE_P(Engine, suite, ::testing::ValuesIn(coupon::test::all_engines()), \
                           coupon::test::name_of_engine)
