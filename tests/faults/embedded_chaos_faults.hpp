#pragma once
// What a random schedule on one SQLite file is drawn from.

#include <span>

#include "faults/chaos.hpp"
#include "faults/embedded_world.hpp"

namespace coupon::test {

[[nodiscard]] std::span<const ChaosFault<EmbeddedWorld>> embedded_chaos_faults();

}  // namespace coupon::test
