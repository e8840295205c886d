#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Region to file: time and memory (rusage says them in the kernel's log) and the
# number of system calls, devlink beside ours, in one boot. Read ../speed_checks.py
# beside it.
# shellcheck source=tests/e2e/devlink/guest/lib.sh
. /guest/lib.sh

# speed NAME REGION BYTES: of a region with snapshot 1. Files go to memory: this
# measures the programs. Each once unmeasured for the page cache; theirs not where it
# would take minutes.
speed() {
  name=$1
  where=$2
  if [ "$3" -le 67108864 ]; then
    rusage "$name-theirs-text" /bin/devlink region dump "$where" snapshot 1 >/tmp/theirs
    stat -c %s /tmp/theirs >"$out/$name-theirs-text.size"
  fi
  if has devlink; then
    rusage "$name-ours-raw" /bin/vmcoredd devlink region dump "$where" snapshot 1 --raw -o /tmp/raw
    echo $? >"$out/$name-ours-raw.status"
    stat -c %s /tmp/raw >"$out/$name-ours-raw.size"
    same_content /tmp/raw 2>"$out/$name-ours-raw.content"
    echo $? >"$out/$name-ours-raw.same"
    if [ "$3" -le 67108864 ]; then
      rusage "$name-ours-text" /bin/vmcoredd devlink region dump "$where" snapshot 1 >/tmp/ours
      cmp /tmp/theirs /tmp/ours >"$out/$name-text.cmp" 2>&1
      echo $? >"$out/$name-text.same"
    fi
  fi
  rm -f /tmp/theirs /tmp/ours /tmp/raw
}

# calls NAME PROGRAM...: how often it called the kernel, by name.
calls() {
  name=$1
  shift
  strace -f -c -o "$out/$name.calls" "$@" >/dev/null 2>"$out/$name.stderr" || echo "$name: failed"
}

devlink version >/dev/null 2>&1
devlink -V >/dev/null
! has devlink || vmcoredd devlink region show >/dev/null

new_netdevsim 50 4194304
where=netdevsim/netdevsim50/dummy
devlink region new "$where" snapshot 1 >/dev/null
speed 4MiB "$where" 4194304
calls theirs-text devlink region dump "$where" snapshot 1
if has devlink; then
  rm -f /tmp/raw
  calls ours-raw vmcoredd devlink region dump "$where" snapshot 1 --raw -o /tmp/raw
  calls ours-text vmcoredd devlink region dump "$where" snapshot 1
fi
echo 50 >/sys/bus/netdevsim/del_device

fresh_sim 67108864
where=platform/devlinksim.0/big
devlink region new "$where" snapshot 1 >/dev/null
speed 64MiB "$where" 67108864

fresh_sim 1073741824
devlink region new "$where" snapshot 1 >/dev/null
speed 1GiB "$where" 1073741824
fresh_sim 1048576
