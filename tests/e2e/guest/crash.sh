# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# The crash kernel. Until the captures are done, no driver but the 9p share's and the
# PCI ports' is loaded, so that the devices are as the crashed kernel left them.

# shellcheck source=tests/e2e/guest/sysfs_copy.sh
. /guest/sysfs_copy.sh
grep -E '^Mem(Total|Available)' /proc/meminfo
uname -r >/host/out/release
mark crash-ready

sysfs_copy /tmp/sysfs || fail "copying /sys"
tar -C /tmp/sysfs -cf /host/out/sysfs.tar . || fail "writing sysfs.tar"
rm -r /tmp/sysfs
mark crash-sysfs

# dump NAME COMMAND...: runs it; what it says is kept as NAME.log.
dump() {
  name=$1
  shift
  "$@" >"/host/out/$name.log" 2>&1 || { cat "/host/out/$name.log"; fail "$name"; }
  mark "crash-$name"
}
cd /host/out || fail "no /host/out"

# What the vmcore is before we have touched anything; again after.
dump before.kdump makedumpfile --message-level 20 -c -d 31 /proc/vmcore before.kdump

# The early phase alone, as before udev in a real crash kernel. Exit status 1: it
# leaves out the device of the 9p share, which has its driver already.
vmcoredd-collect capture --verbose --phase early --spool /tmp/early >/host/out/early.log 2>&1
[ $? = 1 ] || { cat /host/out/early.log; fail "vmcoredd-collect capture --phase early"; }
mark crash-early

# What it says goes to a log of the run; without --verbose it is silent here.
command time -v vmcoredd-collect capture --verbose --spool /tmp/spool \
  --option 'generic.range.0=8086:10d3 bar0 0x0,1 0x8,1 name=ctrl' >/host/out/capture.log 2>&1 ||
  { cat /host/out/capture.log; fail "vmcoredd-collect capture"; }
mark crash-capture

# Devices of memory that stand in for adapters, through their BARs in sysfs, in the late
# phase. Exit status 1: it leaves out what has its driver.
for what in simulated side-effect; do
  vmcoredd-collect capture --verbose --phase late --config "/host/in/$what.conf" --early-spool /tmp/early \
    --spool "/tmp/$what" >"/host/out/$what.log" 2>&1
  [ $? = 1 ] || { cat "/host/out/$what.log"; fail "vmcoredd-collect capture, $what"; }
  mark "crash-$what"
done

# Again, with plugins that fail: one that is none, and no time for the others. Its
# exit status is not looked at, what it did to the vmcore is.
vmcoredd-collect capture --verbose --spool /tmp/failing --plugin /bin/false --deadline-ms 1 \
  >/host/out/failing.log 2>&1
dump after.kdump makedumpfile --message-level 20 -c -d 31 /proc/vmcore after.kdump

# From here on /proc/vmcore has device dumps; whoever opened it before has stale
# sizes. Its st_size is never to be trusted.
insmod /modules/ddgen.ko || fail "insmod ddgen"
mark crash-ddgen

dump vmcore.elf makedumpfile --message-level 20 -E -d 31 /proc/vmcore vmcore.elf
dump vmcore.kdump makedumpfile --message-level 20 -c -d 31 /proc/vmcore vmcore.kdump
dump vmcore.flat sh -c 'makedumpfile --message-level 20 -F -c -d 31 /proc/vmcore >vmcore.flat'
dump devices.vmcoredd vmcoredd-collect save --verbose --spool /tmp/spool --vmcore /proc/vmcore \
  --output devices.vmcoredd
dump early.vmcoredd vmcoredd-collect save --verbose --spool /tmp/early --vmcore /proc/vmcore \
  --output early.vmcoredd
for what in simulated side-effect; do
  vmcoredd-collect save --spool "/tmp/$what" --output "/host/out/$what.vmcoredd" || fail "save, $what"
done

# The late phase, to a disk, of a dump that is larger than the memory here. The image has
# the disk's driver: from here on the NVMe controller's state is not that of the crash.
for module in nvme-core nvme; do
  insmod "/modules/$module.ko" || fail "insmod $module"
done
tries=0
until [ -b /dev/nvme0n1 ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || fail "no NVMe name space after 10 s"
  sleep 0.1
done
mkdir /tmp/disk
mount -t ext4 /dev/nvme0n1 /tmp/disk || fail "mounting the NVMe disk"
for what in cut whole; do
  rusage "$what capture" /bin/vmcoredd-collect capture --verbose --phase late --config "/host/in/$what.conf" \
    --early-spool /tmp/early --spool "/tmp/disk/$what" >"/host/out/$what.log" 2>&1
  # 1: the devices that have a driver by now are left out.
  [ $? = 1 ] || { cat "/host/out/$what.log"; fail "vmcoredd-collect capture, $what stream"; }
  mark "crash-$what stream"
  rusage "$what save" /bin/vmcoredd-collect save --spool "/tmp/disk/$what" --output "/tmp/disk/$what.vmcoredd" ||
    fail "save, $what stream"
  mark "crash-$what stream saved"
done
grep -E '^Mem(Total|Available)|^Dirty' /proc/meminfo >/host/out/memory
umount /tmp/disk || fail "umount"
mark crash-umount
