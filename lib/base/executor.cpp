#include "base/executor.hpp"

namespace coupon::base {

void InlineExecutor::post(Task task) { task(); }

}  // namespace coupon::base
