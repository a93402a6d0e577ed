#include "integration/engines.hpp"

#include <fmt/format.h>

#include "integration/server_engines.hpp"
#include "integration/sqlite_engines.hpp"

namespace coupon::test {

const std::vector<EngineFactory>& all_engines() {
  static const std::vector<EngineFactory> kAll = {{"sqlite", make_sqlite_engines}, {"servers", make_server_engines}};
  return kAll;
}

std::string name_of_engine(const ::testing::TestParamInfo<EngineFactory>& info) { return info.param.name; }

CouponCode code(std::string_view text) { return CouponCode::parse(text).value(); }
MemberId member(std::string_view text) { return MemberId::parse(text).value(); }
MemberId member(int number) { return member(fmt::format("m{:05}", number)); }

GrantId id(std::uint32_t number) {
  GrantId made;
  made.bytes[4] = 1;
  for (std::size_t i = 0; i < 4; ++i) made.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return made;
}

}  // namespace coupon::test
