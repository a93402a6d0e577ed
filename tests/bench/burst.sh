#!/usr/bin/env bash
# A whole burst against a fresh embedded store: all users connected first, released at one instant. Few places and places
# for all, interleaved; from release to last answer, and how far apart the sends were.
# Environment: ROUNDS (3), USERS (10000).
cd "$(dirname "$0")/../.."
source tests/bench/common.sh

rounds=${ROUNDS:-3}
users=${USERS:-10000}

# one_burst NAME QUOTA
one_burst() {
  start_service "$1"
  make_coupon "$1" "$2"
  "$bin/couponload" burst "http://127.0.0.1:$port" --code FLASH100 -u "$users" --max-lag 10s --max-run-delay 100 \
    --out "$work/$1.json" >"$work/$1.out" || { cat "$work/$1.out"; exit 1; }
  stop_service
}

for ((i = 1; i <= rounds; i++)); do
  one_burst "few$i" 100
  one_burst "all$i" "$users"
done

python3 - "$work" "$rounds" "$users" <<'PYTHON'
import json, statistics, sys
work, rounds, users = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
print(f"{'places':>8} {'last answer':>12} {'p50':>9} {'p99':>9} {'send skew':>10}   (ms after the release, medians of {rounds})")
for name, places in (("few", 100), ("all", users)):
    runs = [json.load(open(f"{work}/{name}{i}.json"))["repeats"][0] for i in range(1, rounds + 1)]
    def ms(read):
        return statistics.median(read(run) for run in runs) / 1e6
    print(f"{places:>8} {ms(lambda r: r['last_answer_ns']):>12.0f} {ms(lambda r: r['all']['latency']['p50_ns']):>9.0f} "
          f"{ms(lambda r: r['all']['latency']['p99_ns']):>9.0f} {ms(lambda r: r['skew']['max_ns']):>10.0f}")
PYTHON
