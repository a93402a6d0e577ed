#pragma once
// What was read, and how far.

#include <cstdint>
#include <map>

#include "base/record.hpp"

namespace coupon::net::kafka {

using base::Header;
using base::Record;

/// A record as it was read.
struct Received {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;
  Record record;
};

/// Partition -> offset of a topic.
using Offsets = std::map<std::int32_t, std::int64_t>;

}  // namespace coupon::net::kafka
