#include "base/settings.hpp"
#include "couponload/cli/couponload.hpp"

int main(int argc, char** argv) {
  return coupon::base::guarded_main([&] {
    coupon::base::StopSignals signals;
    return coupon::load::run_couponload(argc, argv, signals);
  });
}
