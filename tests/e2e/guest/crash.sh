# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# The crash kernel. No driver but the 9p share's and the PCI ports' is loaded
# here, so that the devices are as the crashed kernel left them.

# shellcheck source=tests/e2e/guest/sysfs_copy.sh
. /guest/sysfs_copy.sh
grep -E '^Mem(Total|Available)' /proc/meminfo
uname -r >/host/out/release
mark crash-ready

sysfs_copy /tmp/sysfs || fail "copying /sys"
tar -C /tmp/sysfs -cf /host/out/sysfs.tar . || fail "writing sysfs.tar"
rm -r /tmp/sysfs
mark crash-sysfs

# From here on /proc/vmcore has device dumps; whoever opened it before has stale
# sizes. Its st_size is never to be trusted.
insmod /modules/ddgen.ko || fail "insmod ddgen"
mark crash-ddgen

# Saved to memory first: makedumpfile's many small writes are slow over 9p.
dump() {
  name=$1
  shift
  "$@" >"/tmp/$name.log" 2>&1
  code=$?
  cp "/tmp/$name.log" /host/out/
  [ "$code" = 0 ] || { cat "/tmp/$name.log"; fail "$name: exit code $code"; }
  mv "/tmp/$name" /host/out/ || fail "copying $name out"
  mark "crash-$name"
}
dump vmcore.elf makedumpfile --message-level 20 -E -d 31 /proc/vmcore /tmp/vmcore.elf
dump vmcore.kdump makedumpfile --message-level 20 -c -d 31 /proc/vmcore /tmp/vmcore.kdump
# shellcheck disable=SC2016 # the inner shell expands it
dump vmcore.flat sh -c 'makedumpfile --message-level 20 -F -c -d 31 /proc/vmcore >/tmp/vmcore.flat'
