#!/usr/bin/env bash
# Breaks the protocol on purpose, one rule at a time, and expects a test to fail: a suite that passes over a broken
# protocol proves nothing. ./dev chaos --mutations runs it.
#   mutations.sh FOLDER [NAME]      works on a copy of the sources in FOLDER; NAME: one of mutations/*.patch
# A patch begins with a sentence on what it breaks and a line "catch: BINARY GTEST_FILTER", the test that must fail with
# it; "hangs" in a line of its own: the test may also run out of time. Exit code 0 only if all were caught.
# Environment: MUTATION_SECONDS (240) for one test.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

mkdir -p "$1"
folder=$(readlink -f "$1")
readonly folder
readonly only=${2-} seconds=${MUTATION_SECONDS:-240}
readonly copy=$folder/src log=$folder/log
readonly build=$copy/build/dev programs=(couponsrv couponworker couponctl)

say() { printf '%s\n' "$*" >&2; }
die() { say "mutations: $*"; exit 1; }

# --- the copy -------------------------------------------------------------------------------------

# Files keep the time of their copying, so that whatever differs from what was built is built again.
copy_sources() {
  mkdir -p "$copy"
  local file
  git ls-files --cached --others --exclude-standard | sort -u >"$folder/files"
  while read -r file; do
    [[ -f $file ]] || continue
    cmp -s "$file" "$copy/$file" || { mkdir -p "$copy/$(dirname "$file")" && cp --preserve=mode "$file" "$copy/$file"; }
  done <"$folder/files"
  (cd "$copy" && find . -path ./build -prune -o -type f -print) | sed 's|^\./||' | sort >"$folder/present"
  comm -13 "$folder/files" "$folder/present" | while read -r file; do rm -f "${copy:?}/$file"; done
}

build_targets() {  # TARGET…
  (cd "$copy" && { [[ -f $build/build.ninja ]] || cmake --preset dev; } && ninja -C "$build" "$@") >"$log" 2>&1
}

# --- tests ----------------------------------------------------------------------------------------

test_pid=

# With a test that was stopped ends what it started: programs, which name a file in its folder, and the Redis there.
stop_test() {
  local left pid
  if [[ -n $test_pid ]]; then
    kill -TERM "$test_pid" 2>/dev/null || true
    wait "$test_pid" 2>/dev/null || true
    test_pid=
  fi
  for pid in $(pgrep -f -- "$folder/tmp/coupon-test-"); do kill -KILL "$pid" 2>/dev/null || true; done
  for left in "$folder"/tmp/coupon-test-*/*/pid; do
    [[ -f $left ]] || continue
    left=$(dirname "$left")
    compose/stack.sh kill "$(dirname "$left")" "$(basename "$left")"
  done
  rm -rf "$folder/tmp"
}

clean_up() {
  stop_test
  compose/stack.sh down "$build/stack"
}

# The test in the background: only then does bash hear a signal while it waits.
run_test() {  # BINARY FILTER; exit code 0 passed, 1 failed, 124 ran out of time
  local status=0
  mkdir -p "$folder/tmp"
  TMPDIR=$folder/tmp timeout --kill-after=10 "$seconds" "$build/bin/$1" "--gtest_filter=$2" --gtest_brief=1 \
    >"$log" 2>&1 &
  test_pid=$!
  wait "$test_pid" || status=$?
  test_pid=
  stop_test
  return $status
}

catch_of() { sed -n 's/^catch: //p' "$1"; }  # PATCH

expect_passes() {  # BINARY FILTER
  local status=0
  run_test "$1" "$2" || status=$?
  [[ $status -eq 0 ]] && grep -q '1 test from' "$log" && return
  tail -n 40 "$log" >&2
  die "without any mutation, $1 $2 must be one test that passes (exit code $status); its output is in $log"
}

verdict_of() {  # STATUS PATCH: "caught", or nothing
  case $1 in
    1) ! grep -q '^\[  FAILED  \]' "$log" || echo caught ;;
    124 | 137) ! grep -qx hangs "$2" || echo caught ;;
  esac
}

# --- mutations ------------------------------------------------------------------------------------

caught=0

try() {  # PATCH
  local name binary filter status=0 start=$SECONDS
  name=$(basename "$1" .patch)
  read -r binary filter < <(catch_of "$1")
  patch -d "$copy" -p1 --silent --forward --no-backup-if-mismatch <"$1" >"$log" || { cat "$log" >&2; die "$name does not apply"; }
  build_targets "${programs[@]}" "$binary" || { tail -n 30 "$log" >&2; die "$name does not build"; }
  start=$SECONDS
  run_test "$binary" "$filter" || status=$?
  cp "$log" "$folder/$name.log"
  if [[ $(verdict_of $status "$1") == caught ]]; then
    caught=$((caught + 1))
    printf '%-24s caught by %s (%d s)\n' "$name" "$filter" $((SECONDS - start))
  else
    printf '%-24s NOT CAUGHT by %s (exit code %d; %s)\n' "$name" "$filter" "$status" "$folder/$name.log"
  fi
  patch -d "$copy" -p1 --silent --reverse --no-backup-if-mismatch <"$1" || die "$name cannot be taken back"
}

shopt -s nullglob
protocol=(tests/faults/mutations/*"$only".patch)
model=(tests/faults/mutations/model/*"$only".patch) # the rest of what ./dev spec takes away
patches=("${protocol[@]}" "${model[@]}")
[[ ${#patches[@]} -gt 0 ]] || die "there is no mutation '$only'; tests/faults/mutations has their names"
mapfile -t catches < <(for patch in "${patches[@]}"; do catch_of "$patch"; done | sort -u)
mapfile -t binaries < <(printf '%s\n' "${catches[@]}" | cut -d ' ' -f 1 | sort -u)

exec 9>"$folder/lock"
flock -n 9 || die "another run is at work in $folder"
trap 'exit 130' INT TERM
trap clean_up EXIT
copy_sources
say "building what the mutations are made in, and ${binaries[*]}"
build_targets "${programs[@]}" "${binaries[@]}" || { tail -n 30 "$log" >&2; die "the build failed: $log"; }
compose/stack.sh up "$build/stack" mysql kafka
for catch in "${catches[@]}"; do
  read -r binary filter <<<"$catch"
  expect_passes "$binary" "$filter"
done
say "without a mutation all ${#catches[@]} tests pass"
missed=0
try_all() {  # WHAT PATCH…
  local what=$1
  shift
  [[ $# -gt 0 ]] || return 0
  caught=0
  for patch in "$@"; do try "$patch"; done
  echo "${what}caught $caught of $#"
  missed=$((missed + $# - caught))
}
try_all "" "${protocol[@]}"
try_all "of the model's other rules: " "${model[@]}"
[[ $missed -eq 0 ]]
