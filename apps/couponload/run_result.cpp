#include "couponload/run_result.hpp"

namespace coupon::load {

std::string_view name_of(Mode mode) {
  switch (mode) {
    case Mode::kBurst: return "burst";
    case Mode::kRate: return "rate";
    case Mode::kClosed: return "closed";
  }
  return "burst";
}

void add(const OpenTrouble& trouble, OpenTrouble& sum) {
  sum.failed += trouble.failed;
  sum.out_of_descriptors += trouble.out_of_descriptors;
  sum.out_of_ports += trouble.out_of_ports;
  if (sum.first.empty() || (trouble.distrusted && !sum.distrusted)) sum.first = trouble.first;
  sum.distrusted = sum.distrusted || trouble.distrusted;
}

}  // namespace coupon::load
