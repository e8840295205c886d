# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# The kernel that will crash. First, VFIO on a live machine; then the devices' drivers
# bring them to life, which they can only if VFIO has given them back.

modprobe vfio_iommu_type1 || fail "modprobe vfio_iommu_type1"
modprobe vfio-pci disable_idle_d3=1 || fail "modprobe vfio-pci"
state live-before
capture live nic

for module in e1000e nvme; do modprobe "$module" || fail "modprobe $module"; done
for netdev in /sys/bus/pci/drivers/e1000e/*/net/*; do
  ip link set "${netdev##*/}" up || fail "ip link set ${netdev##*/} up"
done
tries=0
until [ -b /dev/nvme0n1 ] && [ -b /dev/nvme1n1 ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || fail "no NVMe name spaces after 10 s"
  sleep 0.1
done
dd if=/dev/nvme0n1 of=/dev/null bs=4k count=4 2>/dev/null || fail "reading the NVMe disk"
state first
mark first-drivers
kexec_load /host/in/vmlinuz /host/in/initrd "$(cat /host/in/crash-cmdline)" || fail "loading the crash kernel"
mark panic
echo c >/proc/sysrq-trigger
fail "still alive after sysrq-c"
