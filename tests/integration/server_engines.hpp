#pragma once
// Gate over Redis, journal over Kafka, ledger over MySQL.

#include <memory>

#include "integration/engines.hpp"

namespace coupon::test {

[[nodiscard]] std::unique_ptr<Engines> make_server_engines();

}  // namespace coupon::test
