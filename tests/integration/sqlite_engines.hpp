#pragma once

#include <memory>

#include "integration/engines.hpp"

namespace coupon::test {

/// All three over one file in a folder of its own. Every gate, journal, reader and ledger has a connection of its own,
/// as if each were another process.
[[nodiscard]] std::unique_ptr<Engines> make_sqlite_engines();

}  // namespace coupon::test
