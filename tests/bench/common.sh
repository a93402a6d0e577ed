# Shared by the benchmarks: a folder, the release programs, a couponsrv on a store of its own, and the end of all of them.
set -euo pipefail

readonly bin=build/release/bin
work=$(mktemp -d)
readonly work
pids=()

stop_all() {
  local pid
  for pid in "${pids[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}
trap 'stop_all; rm -rf "$work"' EXIT

# start_service NAME ARGUMENT… → $port, $server; on an embedded store of that name unless $engines says otherwise
engines=()
start_service() {
  local name=$1 i where=("${engines[@]}")
  shift
  [[ ${#where[@]} -gt 0 ]] || where=(--store "sqlite:$work/$name.db")
  "$bin/couponsrv" "${where[@]}" --port 0 --port-file "$work/$name.port" --log-level warn \
    --log-format human "$@" &
  server=$!
  pids+=("$server")
  for ((i = 0; i < 300; i++)); do
    [[ -s $work/$name.port ]] && break
    kill -0 "$server"
    sleep 0.05
  done
  port=$(cat "$work/$name.port")
}

# stop_service: the one started last
stop_service() {
  kill -TERM "$server"
  wait "$server"
  pids=("${pids[@]:0:${#pids[@]}-1}")
}

# make_coupon NAME QUOTA
make_coupon() {
  "$bin/couponctl" --store "sqlite:$work/$1.db" -q coupon create FLASH100 --quota "$2" --seed >/dev/null
}

median() { sort -g | awk '{v[NR] = $1} END {print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }
