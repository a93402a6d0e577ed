#!/usr/bin/env bash
# Checks coupon.pml with Spin and prints a table. Exit code 0: the protocol holds in every configuration and every
# mutation breaks its invariant; 1: not so, or not decided; 77: spin or gcc is not installed.
#   check.sh all|quick|NAME FOLDER      NAME: one line of checks.txt, and how its mutation comes to break the invariant
# One run at a time; environment: SPEC_MEGABYTES (2800) for one run, SPEC_SECONDS (1200) of processor time.
set -euo pipefail

readonly which=$1
mkdir -p "$2"
folder=$(readlink -f "$2")
readonly folder
cd "$(dirname "$(readlink -f "$0")")"
readonly megabytes=${SPEC_MEGABYTES:-2800} seconds=${SPEC_SECONDS:-1200}
readonly root=../..

for tool in spin gcc; do
  command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed (./dev setup)"; exit 77; }
done

failures=0
print_row() { printf '%-26s %-9s %-11s %11s %7s %6s\n' "$@"; }

# Every step of the model is named where its code stands, and nothing else is.
check_names() {
  local steps named difference
  steps=$(grep -o 'step: [A-Za-z]*' coupon.pml | sed 's/step: //' | sort -u)
  named=$({ grep -rhE '^ *(//|--) model: ' --include='*.lua' --include='*.cpp' "$root/lua" "$root/lib" || true; } |
    sed -E 's/^ *(\/\/|--) model: //; s/, /\n/g' | sort -u)
  if difference=$(diff <(echo "$steps") <(echo "$named")); then
    print_row names_in_the_code holds holds "$(wc -l <<<"$steps") steps" '' ''
  else
    print_row names_in_the_code holds FAILED '' '' ''
    printf 'only in the model (<), only in the code (>):\n%s\n' "$(grep '^[<>]' <<<"$difference")"
    failures=$((failures + 1))
  fi
}

# The invariant that the run in the present folder broke: what the failed assertion is called in coupon.pml.
broken_invariant() {  # MACROS
  local line
  # shellcheck disable=SC2086
  line=$(spin -t -p $1 coupon.pml 2>&1 | grep -o 'coupon.pml:[0-9]*, Error: assertion' | grep -o '[0-9]*' | head -n 1)
  [[ -n $line ]] || { echo '?'; return; }
  sed -n "${line}p" coupon.pml | grep -o 'I[1-5]' || echo '?'
}

build() {  # MACROS EXPECTED
  local options=(-O2)
  # Those that find something find it soon: the compiler is what takes time.
  [[ $which != quick ]] || options=(-O1)
  [[ $2 == holds ]] || options=(-O0)
  if [[ $1 == *-DLIVENESS* ]]; then options+=(-DNFAIR=4); else options+=(-DSAFETY -DNOFAIR -DNOCLAIM); fi
  # shellcheck disable=SC2086
  spin -a $1 coupon.pml >spin.log 2>&1 && gcc -w "${options[@]}" -DCOLLAPSE "-DMEMLIM=$megabytes" -o pan pan.c 2>gcc.log
}

verdict_of() {  # MACROS
  if grep -q 'errors: [1-9]' out; then
    if [[ $1 == *-DLIVENESS* ]]; then echo liveness; else broken_invariant "$1"; fi
  elif ! grep -q 'errors: 0' out || grep -qE 'Search not completed|max search depth|out of memory' out; then
    echo undecided
  else
    echo holds
  fi
}

run_check() {  # NAME EXPECTED MACROS
  local name=$1 expected=$2 macros=$3 verdict=undecided how=()
  rm -rf "${folder:?}/$name"
  mkdir -p "$folder/$name"
  cp coupon.pml "$folder/$name/"
  pushd "$folder/$name" >/dev/null
  build "$macros" "$expected" || { cat spin.log gcc.log; exit 1; }
  [[ $macros != *-DLIVENESS* ]] || how=(-a -f -N drain_ends)
  local -i from=$SECONDS  # of the search, without the compiler's time
  (ulimit -t "$seconds"; exec ./pan -E -m1000000 "${how[@]}") >out 2>&1 || true
  verdict=$(verdict_of "$macros")
  local states memory
  states=$(awk '/states, stored/ { print $1; exit }' out)
  memory=$(awk '/total actual memory usage/ { printf "%d", $1; exit }' out)
  local told=$verdict
  [[ $verdict == "$expected" ]] || { told="FAILED:$verdict"; failures=$((failures + 1)); }
  [[ $verdict != "$expected" || $expected == holds ]] || told="caught:$verdict"
  print_row "$name" "$expected" "$told" "${states:-?}" "$((SECONDS - from))" "${memory:-?}"
  rm -f pan pan.?
  popd >/dev/null
}

# A run that failed, as the steps in their order: who did what.
print_trail() {  # NAME MACROS
  [[ -f $folder/$1/coupon.pml.trail ]] || return 0
  echo
  echo "How it comes to that (who: step):"
  cd "$folder/$1"
  # shellcheck disable=SC2086
  spin -t -p $2 coupon.pml 2>&1 | awk '
    NR == FNR {
      if ($0 ~ /^(proctype|inline|init|#define|[a-z_]+:)/) name = ""
      if (match($0, /(step|fault): [A-Za-z]+/)) name = substr($0, RSTART, RLENGTH)
      sub(/^step: /, "", name)
      step[FNR] = name
      next
    }
    /^ *[0-9]+:.*proc/ && match($0, /\([A-Za-z]+:[0-9]+\) coupon.pml:[0-9]+/) {
      split(substr($0, RSTART + 1, RLENGTH - 1), part, /[:)]/)
      what = step[part[4] + 0]
      sub(/^.*proc +/, ""); who = part[1] " " $1
      if (what != "" && who ": " what != last) { last = who ": " what; print "  " last }
    }' coupon.pml -
}

print_row CHECK EXPECTED RESULT STATES SECONDS MB
check_names
count=0
while read -r name expected macros; do
  [[ -n $name && $name != '#'* ]] || continue
  quick=0
  [[ $macros != '*'* ]] || { quick=1; macros=${macros#\*}; }
  [[ $which == all || $which == "$name" || ($which == quick && $quick -eq 1) ]] || continue
  run_check "$name" "$expected" "$macros"
  count=$((count + 1))
  [[ $which != "$name" ]] || print_trail "$name" "$macros"
done <checks.txt
[[ $count -gt 0 ]] || { echo "there is no check $which; see docs/spec/checks.txt"; exit 2; }
if [[ $failures -eq 0 ]]; then
  echo "as expected: $count of $count checks"
else
  echo "NOT as expected: $failures of $((count + 1))"
  exit 1
fi
