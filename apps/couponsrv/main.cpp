// couponsrv: issues coupons over HTTP.

#include "base/log.hpp"
#include "base/memory.hpp"
#include "base/settings.hpp"
#include "base/signals.hpp"
#include "couponsrv/options.hpp"
#include "couponsrv/run.hpp"

int main(int argc, char** argv) {
  coupon::base::keep_freed_memory();
  return coupon::base::guarded_main([&] {
    coupon::srv::Options options;
    if (const auto code = coupon::srv::parse_options(argc, argv, options)) return *code;
    coupon::base::log::configure(options.log);
    coupon::base::StopSignals signals;
    return coupon::srv::run(options, signals);
  });
}
