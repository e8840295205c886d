#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Region to file: time and memory (rusage says them in the kernel's log) and the
# number of system calls, devlink beside ours, in one boot. Read ../speed_checks.py
# beside it.
# shellcheck source=tests/e2e/devlink/guest/lib.sh
. /guest/lib.sh

# text NAME REGION: both programs write the text of snapshot 1. Files go to memory: this
# measures the programs.
text() {
  rusage "$1-theirs-text" /bin/devlink region dump "$2" snapshot 1 >/tmp/theirs
  stat -c %s /tmp/theirs >"$out/$1-theirs-text.size"
  has devlink || return 0
  rusage "$1-ours-text" /bin/vmcoredd devlink region dump "$2" snapshot 1 >/tmp/ours
  cmp /tmp/theirs /tmp/ours >"$out/$1-text.cmp" 2>&1
  echo $? >"$out/$1-text.same"
  rm -f /tmp/ours
}

# raw NAME REGION: ours writes the bytes of snapshot 1 into /tmp/raw.
raw() {
  rusage "$1-ours-raw" /bin/vmcoredd devlink region dump "$2" snapshot 1 --raw -o /tmp/raw
  echo $? >"$out/$1-ours-raw.status"
  stat -c %s /tmp/raw >"$out/$1-ours-raw.size"
}

# known NAME: whether /tmp/raw is what devlinksim made.
known() {
  same_content /tmp/raw 2>"$out/$1-ours-raw.content"
  echo $? >"$out/$1-ours-raw.same"
  rm -f /tmp/raw
}

# calls NAME PROGRAM...: how often it called the kernel, by name.
calls() {
  name=$1
  shift
  strace -f -c -o "$out/$name.calls" "$@" >/dev/null 2>"$out/$name.stderr" || echo "$name: failed"
}

# Each once unmeasured, for the page cache.
devlink -V >/dev/null
! has devlink || vmcoredd devlink region show >/dev/null

# Text of both, and bytes of ours, of a region that devlink can still dump in seconds.
new_netdevsim 50 4194304
where=netdevsim/netdevsim50/dummy
devlink region new "$where" snapshot 1 >/dev/null
text 4MiB "$where"
mv /tmp/theirs "$out/4MiB-theirs-text"
if has devlink; then
  raw 4MiB "$where"
  mv /tmp/raw "$out/4MiB-ours-raw.bytes"
fi
echo 50 >/sys/bus/netdevsim/del_device

# Watching a system call takes milliseconds here.
new_netdevsim 51 1048576
where=netdevsim/netdevsim51/dummy
devlink region new "$where" snapshot 1 >/dev/null
calls theirs-text devlink region dump "$where" snapshot 1
if has devlink; then
  calls ours-raw vmcoredd devlink region dump "$where" snapshot 1 --raw -o /tmp/raw
  calls ours-text vmcoredd devlink region dump "$where" snapshot 1
  rm -f /tmp/raw
fi
echo 51 >/sys/bus/netdevsim/del_device

# Only ours: devlink would take minutes. Whether memory grows with the region.
has devlink || exit 0
where=platform/devlinksim.0/big
for name in 64MiB 1GiB; do
  size=67108864
  [ $name = 64MiB ] || size=1073741824
  fresh_sim $size
  devlink region new "$where" snapshot 1 >/dev/null
  raw $name "$where"
  known $name
done
fresh_sim 1048576
