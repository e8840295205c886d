#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: run.sh SECONDS [TARGET...]
# Builds the fuzz targets with libFuzzer and sanitizers and runs each for SECONDS,
# two at a time. Prints executions and minutes of each; fails when one finds
# something. What was found lies in build/fuzz/found/TARGET, what was learnt in
# build/fuzz/learnt/TARGET, where the next run goes on.
set -eu

seconds=${1:?usage: run.sh SECONDS [TARGET...]}
shift
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$root/build/fuzz

cd "$root"
cmake --preset fuzz > /dev/null
cmake --build --preset fuzz --target fuzz_targets > "$build/fuzz-build.log" 2>&1 || {
  tail -n 40 "$build/fuzz-build.log" >&2
  exit 1
}
if [ $# -eq 0 ]; then
  for source in "$here"/*_fuzz.cpp; do
    set -- "$@" "$(basename "$source" _fuzz.cpp)"
  done
fi
mkdir -p "$build/logs"

# shellcheck disable=SC2016 # expanded by the inner shell
run_one='
name=$1 seconds=$2 build=$3 crashers=$4
mkdir -p "$build/learnt/$name" "$build/found/$name"
set -- "$build/learnt/$name" "$build/tests/fuzz/corpus/$name"
[ -d "$crashers/$name" ] && set -- "$@" "$crashers/$name"
"$build/tests/fuzz/${name}_fuzz" "$@" -max_total_time="$seconds" -max_len=65536 \
  -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 \
  -artifact_prefix="$build/found/$name/" > "$build/logs/$name" 2>&1
echo $? > "$build/logs/$name.status"
'
printf '%s\n' "$@" | xargs -P 2 -I{} sh -c "$run_one" run_one {} "$seconds" "$build" "$here/crashers"

failed=0
total=0
printf '%-22s %14s %8s %9s  %s\n' target executions minutes coverage result
for name in "$@"; do
  log=$build/logs/$name
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  coverage=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
  result=ok
  if [ "$(cat "$log.status")" != 0 ]; then
    result="FOUND SOMETHING, see $log"
    failed=1
  fi
  printf '%-22s %14s %8s %9s  %s\n' "$name" "${runs:-?}" \
    "$(awk "BEGIN { printf \"%.1f\", $seconds / 60 }")" "${coverage:-?}" "$result"
  total=$((total + ${runs:-0}))
done
echo "$total executions of $# targets"
exit $failed
