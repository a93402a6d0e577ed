#pragma once
// What must hold when everything is over, whatever happened before.

#include <cstdint>
#include <map>
#include <string>

#include "functional/programs.hpp"

namespace coupon::test {

/// Every grant that was answered with 200 is readable under its id and in the ledger; the gate and the ledger agree;
/// no more rows than `quota`, no member twice.
void expect_truth(const Shop& shop, const Service& service, const std::string& code, std::int64_t quota,
                  const std::map<std::string, std::string>& grants);

}  // namespace coupon::test
