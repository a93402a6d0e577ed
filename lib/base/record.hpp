#pragma once
// What travels in a journal: keys, values and headers are bytes.

#include <string>
#include <vector>

namespace coupon::base {

struct Header {
  std::string name;  ///< without a NUL
  std::string value;
};

struct Record {
  std::string key;
  std::string value;
  std::vector<Header> headers;
};

}  // namespace coupon::base
