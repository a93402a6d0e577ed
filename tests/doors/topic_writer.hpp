#pragma once
// Puts any bytes into a topic, as no program of ours would.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coupon::test {

struct RawRecord {
  std::int32_t partition = 0;
  std::optional<std::string> key;    ///< nothing: null
  std::optional<std::string> value;  ///< nothing: null
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::int64_t timestamp_ms = 0;  ///< 0: now
};

/// Blocks until all are stored, in their order within a partition; throws when one is not.
void write_records(std::uint16_t kafka_port, const std::string& topic, const std::vector<RawRecord>& records);

}  // namespace coupon::test
