#!/usr/bin/env bash
# couponload beside other generators, against nginx `return 409` with one worker, in one run: CPU a request in a closed
# loop (wrk with the same Lua ids), a burst of 10,000 connections from nothing (hey), peak memory (k6), how far its
# timestamps are from the kernel's, and whether it notices that it has no core. Prints each figure with its limit.
# Environment: ROUNDS (3), SECONDS_EACH (5), USERS (10000), QUIET_RUNS (10), K6_VERSION (v0.57.0).
cd "$(dirname "$0")/../.."
source tests/bench/common.sh
source tests/bench/nginx.sh

rounds=${ROUNDS:-3}
seconds=${SECONDS_EACH:-5}
users=${USERS:-10000}
quiet_runs=${QUIET_RUNS:-10}
ulimit -n "$(ulimit -Hn)"
nginx_connections=$((users + 2000))
# start_fresh: another nginx, which answers → $url
start_fresh() {
  local i
  start_nginx
  url=http://127.0.0.1:$nginx_port
  for ((i = 0; i < 100; i++)); do curl -s -o "$work/first" "$url/" && return; sleep 0.05; done
  return 1
}
start_fresh

cat >"$work/nginx.toml" <<TEXT
version = 1
url = "$url"
vars = {code = "FLASH100"}
request = {method = "POST", path = "/api/v1/coupons/issue", body = '{"couponCode":"{code}","memberId":"{member}"}'}
prime = {path = "/healthz"}
[[outcome]]
class = "issued"
status = [200]
[[outcome]]
class = "sold_out"
status = [409]
where = ['/error/code == "COUPON-003"']
TEXT

# measured NAME COMMAND… → $work/NAME.{cost,out}: CPU seconds, wall seconds, peak KB, exit code
measured() {
  local name=$1
  shift
  python3 - "$work/$name" "$@" <<'PYTHON'
import resource, subprocess, sys, time
name, command = sys.argv[1], sys.argv[2:]
start = time.monotonic()
with open(name + ".out", "w") as out, open(name + ".err", "w") as err:
    code = subprocess.run(command, stdout=out, stderr=err).returncode
wall = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(name + ".cost", "w") as cost:
    print(used.ru_utime + used.ru_stime, wall, used.ru_maxrss, code, file=cost)
PYTHON
}

cost() { awk -v field="$2" '{print $field}' "$work/$1.cost"; }

# field NAME EXPRESSION: of the first repeat r of NAME.json
field() { python3 -c "import json, sys; r = json.load(open(sys.argv[1]))['repeats'][0]; print($2)" "$work/$1.json"; }

# line TEXT VALUE LIMIT UNIT: a figure and whether it keeps its limit
line() {
  awk -v text="$1" -v value="$2" -v limit="$3" -v unit="$4" \
    'BEGIN {printf "%-52s %10.3f %-8s limit %-8g %s\n", text, value, unit, limit, (value <= limit) ? "ok" : "OVER"}'
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN {print a / b}'; }

# The limits on the generator's health are not judged here: two programs share the machine on purpose.
readonly relaxed=(-f "$work/nginx.toml" --max-lag 1h --max-run-delay 100 --quiet)
load() {
  local name=$1
  shift
  measured "$name" "$bin/couponload" "$@" "${relaxed[@]}" --out "$work/$name.json"
  [[ -s $work/$name.json ]] || { cat "$work/$name.err" >&2; exit 1; }
}

closed_loops() {
  local i
  for ((i = 1; i <= rounds; i++)); do
    PREFIX="w$i-" measured "wrk$i" wrk -t1 -c256 -d"${seconds}s" -s tests/bench/issue.lua "$url/api/v1/coupons/issue"
    ratio "$(cost "wrk$i" 1)" "$(awk '/requests in/ {print $1 / 1e6}' "$work/wrk$i.out")" >>"$work/wrk.us"
    load "closed$i" closed -c 256 -d "${seconds}s" --warmup 0s -t 1
    ratio "$(cost "closed$i" 1)" "$(field "closed$i" "r['sent'] / 1e6")" >>"$work/closed.us"
  done
  printf 'closed, 256 connections: wrk %.2f µs of CPU a request, couponload %.2f\n' \
    "$(median <"$work/wrk.us")" "$(median <"$work/closed.us")"
  line "closed: CPU a request, ratio to wrk with Lua ids" "$(ratio "$(median <"$work/closed.us")" "$(median <"$work/wrk.us")")" 1 ""
}

# hey leaves 10,000 ports in TIME_WAIT, which makes connecting to the same server slower for everybody: couponload, which
# leaves none, goes first, and each run of hey has a fresh server.
bursts() {
  local i first=$url
  for ((i = 1; i <= rounds; i++)); do
    load "burst$i" burst -u "$users" --no-prime -t 1
    cost "burst$i" 2 >>"$work/burst.wall"
    cost "burst$i" 3 >>"$work/burst.kb"
    field "burst$i" "(r['connect']['opening_ns'] + r['all']['latency']['max_ns']) / 1e9" >>"$work/burst.total"
    field "burst$i" "r['skew']['p99_ns'] / 1e6" >>"$work/burst.skew"
    field "burst$i" "sum(c['count'] for c in r['classes'] if c['class'] == 'sold_out')" >>"$work/burst.answered"
  done
  for ((i = 1; i <= rounds; i++)); do
    start_fresh
    measured "hey$i" hey -n "$users" -c "$users" -t 60 -m POST -d '{"couponCode":"FLASH100","memberId":"m1"}' \
      "$url/api/v1/coupons/issue"
    awk '/^ *Total:/ {print $2}' "$work/hey$i.out" >>"$work/hey.total"
  done
  url=$first
  printf 'burst of %d: hey %.2f s, couponload %.2f s to open and to have every answer, %.2f s from start to exit\n' \
    "$users" "$(median <"$work/hey.total")" "$(median <"$work/burst.total")" "$(median <"$work/burst.wall")"
  line "burst: requests without an answer" "$((users - $(sort -n "$work/burst.answered" | head -1)))" 0 ""
  line "burst: cold total, ratio to hey's" "$(ratio "$(median <"$work/burst.total")" "$(median <"$work/hey.total")")" 0.333 ""
  line "burst: release skew p99" "$(median <"$work/burst.skew")" 100 ms
}

# The cached binary, or one from the Go module proxy.
find_k6() {
  local cache=$HOME/.cache/coupon
  [[ -x $cache/k6 ]] && return 0
  command -v go >/dev/null || return 1
  mkdir -p "$cache"
  GOBIN=$cache go install "go.k6.io/k6@${K6_VERSION:-v0.57.0}" >"$work/k6.build" 2>&1
}

memory() {
  if ! find_k6; then
    echo "memory: skipped, k6 is not there and could not be built from its Go module"
    return
  fi
  cat >"$work/burst.js" <<TEXT
import http from 'k6/http';
export const options = {scenarios: {burst: {executor: 'per-vu-iterations', vus: $users, iterations: 1, maxDuration: '3m'}}};
export default function () {
  http.post('$url/api/v1/coupons/issue', JSON.stringify({couponCode: 'FLASH100', memberId: 'm' + __VU}),
            {headers: {'Content-Type': 'application/json'}});
}
TEXT
  measured k6 "$HOME/.cache/coupon/k6" run --quiet --no-usage-report "$work/burst.js"
  printf 'peak memory of %d users: k6 %.0f MB, couponload %.0f MB\n' "$users" "$(cost k6 3 | awk '{print $1 / 1024}')" \
    "$(median <"$work/burst.kb" | awk '{print $1 / 1024}')"
  line "burst: peak memory, ratio to k6's" "$(ratio "$(median <"$work/burst.kb")" "$(cost k6 3)")" 0.0667 ""
}

# Each connection's second receive is its answer; the first one was the answer to the prime request. Both clocks begin
# with the first answer.
kernel_times() {
  RECEIVE_TIMES=$work/receives LD_PRELOAD=$PWD/$bin/libbench_receive_times.so \
    "$bin/couponload" burst -u "$users" "${relaxed[@]}" -t 1 --out "$work/kernel.json" >"$work/kernel.out"
  python3 - "$work/receives" "$users" "$work/kernel.json" <<'PYTHON' >"$work/kernel.off"
import collections, json, statistics, sys
seen, kernel = collections.Counter(), []
for line in open(sys.argv[1]):
    descriptor, arrived, read = map(int, line.split())
    seen[descriptor] += 1
    if seen[descriptor] == 2:
        kernel.append(arrived)
assert len(kernel) >= 0.99 * int(sys.argv[2]), f"only {len(kernel)} answers were seen"
latency = json.load(open(sys.argv[3]))["repeats"][0]["all"]["latency"]
told = latency["p50_ns"] - latency["min_ns"]
true = statistics.median(kernel) - min(kernel)
print(abs(told - true) / 1e6, true / 1e6, told / 1e6)
PYTHON
  awk '{printf "half of the answers within %.2f ms of the first by the kernel, %.2f as reported\n", $2, $3}' "$work/kernel.off"
  line "burst: p50 away from the kernel's timestamps" "$(awk '{print $1}' "$work/kernel.off")" 1 ms
}

# The program's own limits apply from here on.
health() {
  local i valid=0 code
  for ((i = 1; i <= quiet_runs; i++)); do
    code=0
    "$bin/couponload" rate -f "$work/nginx.toml" -R 2000 -d 2s --warmup 0s -t 1 --quiet --out "$work/quiet.json" \
      >"$work/quiet.out" || code=$?
    [[ $code -eq 6 ]] && tail -1 "$work/quiet.out" || valid=$((valid + 1))
  done
  line "quiet: invalid runs of $quiet_runs" "$((quiet_runs - valid))" "$(awk -v n="$quiet_runs" 'BEGIN {print n / 10}')" ""
  taskset -c 0 sh -c 'while :; do :; done' &
  pids+=($!)
  code=0
  taskset -c 0 "$bin/couponload" burst -f "$work/nginx.toml" -u "$users" -t 1 --quiet >"$work/hog.out" || code=$?
  tail -1 "$work/hog.out"
  line "beside a program that takes its core: exit code - 6" "$((code > 6 ? code - 6 : 6 - code))" 0 ""
}

bursts
closed_loops
memory
kernel_times
health
