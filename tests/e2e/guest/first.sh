# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# The kernel that will crash: bring the devices to life, load the crash kernel,
# note what the configuration spaces look like, panic.

for module in i2c-core i2c-algo-bit e1000e nvme-core nvme; do
  insmod "/modules/$module.ko" || fail "insmod $module"
done
# The e1000e's receive and transmit units stay off until the interface is up, the
# transmitter until the driver has seen the link.
for netdev in /sys/bus/pci/drivers/e1000e/*/net/*; do
  ip link set "${netdev##*/}" up || fail "ip link set ${netdev##*/} up"
  tries=0
  until [ "$(cat "$netdev/carrier")" = 1 ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || fail "no link on ${netdev##*/} after 20 s"
    sleep 0.1
  done
done
tries=0
until [ -b /dev/nvme0n1 ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || fail "no NVMe name space after 10 s"
  sleep 0.1
done
dd if=/dev/nvme0n1 of=/dev/null bs=4k count=4 2>/dev/null || fail "reading the NVMe disk"
mark first-drivers

# ddgen must refuse to run where there is no vmcore: the kernel would oops.
insmod /modules/ddgen.ko 2>/dev/null && fail "ddgen loaded outside a crash kernel"

[ "$(cat /sys/kernel/kexec_crash_size)" != 0 ] || fail "no memory was reserved for the crash kernel"
kexec_load /host/in/bzImage /host/in/initrd "$(cat /host/in/crash-cmdline)" || fail "loading the crash kernel"
[ "$(cat /sys/kernel/kexec_crash_loaded)" = 1 ] || fail "no crash kernel is loaded"

mkdir /host/out/first
for device in /sys/bus/pci/devices/*; do
  cat "$device/config" >"/host/out/first/${device##*/}" || fail "reading $device/config"
done
# What the registers were while the drivers worked with them. iomem=relaxed on the
# command line lets BARs be mapped that a driver has claimed.
vmcoredd-collect capture --verbose --spool /tmp/live >/host/out/live.log 2>&1 ||
  { cat /host/out/live.log; fail "capture in the first kernel"; }
vmcoredd-collect save --spool /tmp/live --output /host/out/live.vmcoredd || fail "save in the first kernel"
mark panic
echo c >/proc/sysrq-trigger
fail "still alive after sysrq-c"
