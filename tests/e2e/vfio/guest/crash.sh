# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# The crash kernel, with its IOMMU on. No driver of the devices is loaded until the
# last step.

state before
capture plain plain

# Refused, and nothing touched: without vfio-pci; with one that puts devices to sleep;
# without a driver for the IOMMU.
capture absent nic
modprobe vfio-pci disable_idle_d3=0 || fail "modprobe vfio-pci"
capture sleepy nic
rmmod vfio-pci || fail "rmmod vfio-pci"
modprobe vfio-pci disable_idle_d3=1 || fail "modprobe vfio-pci"
capture no-type1 nic
modprobe vfio_iommu_type1 || fail "modprobe vfio_iommu_type1"

# A group of two functions, of which one is named.
capture nic nic

# As with Secure Boot, where lockdown comes from the firmware.
echo integrity >/sys/kernel/security/lockdown || fail "no lockdown"
cat /sys/kernel/security/lockdown >/host/out/lockdown
capture locked plain
capture nvme nvme
# Closing it has reset it: what it would say now is not the crash's.
capture nvme-again nvme

# A group of which one function is at work for its driver.
modprobe e1000e || fail "modprobe e1000e"
capture shared shared
