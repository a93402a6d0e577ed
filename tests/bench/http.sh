#!/usr/bin/env bash
# Throughput of couponsrv as a ratio to nginx `return 409`: one worker or io thread each, wrk -t1 -c256 with the same
# script, runs interleaved. Sold out: every request is decided by the gate. Issuing: every request is granted, committed
# and, by the worker in the same process, carried into the ledger.
# Environment: ROUNDS (3), SECONDS_EACH (5).
cd "$(dirname "$0")/../.."
source tests/bench/common.sh
source tests/bench/nginx.sh

rounds=${ROUNDS:-3}
seconds=${SECONDS_EACH:-5}

# rate PORT PREFIX → requests a second
rate() {
  PREFIX=$2 wrk -t1 -c256 -d"${seconds}s" -s tests/bench/issue.lua "http://127.0.0.1:$1/api/v1/coupons/issue" |
    awk '/^Requests\/sec:/ {print $2}'
}

start_nginx
start_service soldout --threads 1
readonly sold_out_port=$port
make_coupon soldout 1
start_service issuing --threads 1
readonly issuing_port=$port
make_coupon issuing 100000000
rate "$nginx_port" warm >/dev/null
rate "$sold_out_port" warm >/dev/null

for ((i = 1; i <= rounds; i++)); do
  rate "$nginx_port" "n$i-" >>"$work/nginx.rates"
  rate "$sold_out_port" "s$i-" >>"$work/soldout.rates"
  rate "$issuing_port" "i$i-" >>"$work/issuing.rates"
done

nginx_rate=$(median <"$work/nginx.rates")
printf '%-10s %12s %12s %7s\n' path requests/s "rounds" ratio
for path in nginx soldout issuing; do
  all=$(tr '\n' ' ' <"$work/$path.rates")
  middle=$(median <"$work/$path.rates")
  printf '%-10s %12.0f   [%s] %6.2f\n' "$path" "$middle" "${all% }" "$(awk -v a="$middle" -v b="$nginx_rate" 'BEGIN {print a / b}')"
done
awk '/^VmRSS/ {printf "couponsrv after issuing: %.1f MB resident\n", $2 / 1024}' "/proc/$server/status"
# reconcile waits until the ledger has everything.
"$bin/couponctl" --store "sqlite:$work/issuing.db" reconcile FLASH100 >/dev/null
