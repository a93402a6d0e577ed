#pragma once
// What travels: keys, values and headers are bytes.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace coupon::net::kafka {

struct Header {
  std::string name;  ///< without a NUL
  std::string value;
};

struct Record {
  std::string key;
  std::string value;
  std::vector<Header> headers;
};

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
