#!/usr/bin/env bash
# The whole pipeline over Redis, Kafka and MariaDB, as ratios in one run: couponsrv with one io thread against nginx
# `return 409` with one worker, the same wrk -t1 -c256 script, runs interleaved. Sold out: every request is decided by
# Redis. Issuing: granted by Redis, acknowledged by Kafka, confirmed in Redis. Then couponworker carries what was issued
# into MariaDB, in turn with a bare multi-row insert loop through the same connector into the same table. A ratio is the
# median of the rounds' ratios, each to the yardstick's run of the same round.
# Environment: ROUNDS (5), SECONDS_EACH (4), GRANTS (1000000: issued in all before memory is read), ROWS (300000: carried
# in each round), BATCH (2000, as couponworker: rows of a transaction, of both).
cd "$(dirname "$0")/../.."
source tests/bench/common.sh
source tests/bench/nginx.sh

rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-4}
grants=${GRANTS:-1000000}
rows=${ROWS:-300000}

stop_stack() { compose/stack.sh down "$work/stack"; }
trap 'stop_all; stop_stack; rm -rf "$work"' EXIT
compose/stack.sh up "$work/stack"
read -r -a engines < <(compose/stack.sh flags "$work/stack")
"$bin/couponctl" "${engines[@]}" -q migrate up >/dev/null
"$bin/couponctl" "${engines[@]}" -q topics create --partitions 1 >/dev/null

# rate PORT PREFIX CODE → requests a second, p99 in ms
rate() {
  PREFIX=$2 CODE=$3 wrk -t1 -c256 -d"${seconds}s" --latency -s tests/bench/issue.lua \
    "http://127.0.0.1:$1/api/v1/coupons/issue" | awk '
    function ms(text) { return text ~ /us$/ ? text / 1000 : text ~ /ms$/ ? text + 0 : text * 1000 }
    /^ *99%/ {p99 = ms($2)} /^Requests\/sec:/ {print $2, p99}'
}

metric() { curl -s "http://127.0.0.1:$port/metrics" | awk -v name="$1" '$1 == name {printf "%d", $2}'; }

# The engines, with another database of the same server.
engines_on() { printf '%s\n' "${engines[@]/%\/coupon//$1}"; }

# make_ledger DATABASE: a ledger as the worker finds it at its first start
make_ledger() {
  local where
  readarray -t where < <(engines_on "$1")
  mariadb --no-defaults --host=127.0.0.1 --port="$mysql_port" --user=root -e "CREATE DATABASE $1 CHARACTER SET utf8mb4"
  "$bin/couponctl" "${where[@]}" -q migrate up >/dev/null
  "$bin/couponctl" "${where[@]}" -q coupon create ISSUING --quota 100000000 >/dev/null
}
drop_ledger() { mariadb --no-defaults --host=127.0.0.1 --port="$mysql_port" --user=root -e "DROP DATABASE $1"; }

# carry DATABASE → rows a second from the worker's first counted row until it has counted $rows. Its own counters tell:
# a couponctl that asks for the lag would take the processor from it.
carry() {
  local where
  readarray -t where < <(engines_on "$1")
  rm -f "$work/worker.port"
  "$bin/couponworker" "${where[@]}" --role persist --journal-group "bench-$1" --log-level warn \
    --batch "${BATCH:-2000}" --health-port-file "$work/worker.port" &
  worker=$!
  pids+=("$worker")
  python3 - "$rows" "$work/worker.port" <<'PYTHON'
import os, re, sys, time, urllib.request
total, file = int(sys.argv[1]), sys.argv[2]
while not os.path.exists(file):
    time.sleep(0.05)
address = f"http://127.0.0.1:{open(file).read().strip()}/metrics"
def stored():
    text = urllib.request.urlopen(address, timeout=10).read().decode()
    return sum(float(n) for n in re.findall(r'^persist_records_total\{outcome="(?:inserted|present)"\} (\S+)', text, re.M))
while (first := stored()) == 0:  # joining the group is not the loop that is measured
    time.sleep(0.02)
start = time.perf_counter()
while (now := stored()) < total:
    time.sleep(0.05)
taken = time.perf_counter() - start
print(f"{(now - first) / taken:.0f}")
PYTHON
  kill -TERM "$worker" && wait "$worker"
  pids=("${pids[@]:0:${#pids[@]}-1}")
}

# ratio_to FILE FILE → the median of the ratios of their lines, first word to first word
ratio_to() { paste "$1" "$2" | awk -v fields="$(awk 'NR == 1 {print NF}' "$1")" '{print $1 / $(fields + 1)}' | median; }

# A rewrite of its file that the load has set off is no part of what comes next.
let_redis_rest() {
  local redis_port
  redis_port=$(cat "$work/stack/redis/port")
  while redis-cli -p "$redis_port" info persistence | grep -qE '^(aof_rewrite|rdb_bgsave)_(in_progress|scheduled):1'; do
    sleep 0.2
  done
}

start_nginx
start_service pipeline --threads 1
"$bin/couponctl" "${engines[@]}" -q coupon create SOLDOUT --quota 1 --seed >/dev/null
"$bin/couponctl" "${engines[@]}" -q coupon create ISSUING --quota 100000000 --seed >/dev/null
rate "$nginx_port" warm SOLDOUT >/dev/null
rate "$port" warm SOLDOUT >/dev/null
rate "$port" warm ISSUING >/dev/null

for ((i = 1; i <= rounds; i++)); do
  rate "$nginx_port" "n$i-" SOLDOUT >>"$work/nginx.rates"
  rate "$port" "s$i-" SOLDOUT >>"$work/soldout.rates"
  calls=$(metric gate_issue_calls_total) asks=$(metric gate_issue_asks_total)
  rate "$port" "i$i-" ISSUING >>"$work/issuing.rates"
  awk -v c="$calls" -v a="$asks" -v d="$(metric gate_issue_calls_total)" -v b="$(metric gate_issue_asks_total)" \
    'BEGIN {print (b - a) / (d - c)}' >>"$work/merge.rates"
done

printf '%-10s %12s %8s %7s   %s\n' path requests/s "p99 ms" ratio rounds
for path in nginx soldout issuing; do
  middle=$(awk '{print $1}' "$work/$path.rates" | median)
  printf '%-10s %12.0f %8.1f %7.2f   [%s]\n' "$path" "$middle" "$(awk '{print $2}' "$work/$path.rates" | median)" \
    "$(ratio_to "$work/$path.rates" "$work/nginx.rates")" "$(awk '{printf "%s%d", s, $1; s = " "}' "$work/$path.rates")"
done
printf 'merge factor while issuing: %.0f asks a call\n' "$(median <"$work/merge.rates")"
while [[ $(metric 'issue_answers_total{outcome="granted"}') -lt $grants ]]; do
  rate "$port" "more$RANDOM$RANDOM-" ISSUING >/dev/null
done
granted=$(metric 'issue_answers_total{outcome="granted"}')
awk -v n="$granted" \
  '/^VmRSS/ {printf "couponsrv: %.1f MB resident after %d grants\n", $2 / 1024, n}' "/proc/$server/status"
stop_service

let_redis_rest
mysql_port=$(cat "$work/stack/mysql/port")
((granted < rows)) && rows=$granted
for ((i = 1; i <= rounds; i++)); do
  make_ledger "worker$i"
  carry "worker$i" >>"$work/carried.rates"
  drop_ledger "worker$i"
  make_ledger "bare$i"
  "$bin/bench_insert" "$mysql_port" "bare$i" "${BATCH:-2000}" "$rows" >>"$work/bare.rates"
  drop_ledger "bare$i"
done
printf 'couponworker: %.0f rows/s [%s], a bare insert loop: %.0f rows/s [%s], ratio %.2f (%d rows each)\n' \
  "$(median <"$work/carried.rates")" "$(paste -sd' ' "$work/carried.rates")" \
  "$(median <"$work/bare.rates")" "$(paste -sd' ' "$work/bare.rates")" \
  "$(ratio_to "$work/carried.rates" "$work/bare.rates")" "$rows"
