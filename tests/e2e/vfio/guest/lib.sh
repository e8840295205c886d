# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# What both kernels do: look at the devices, and capture.

# state NAME: of each function behind the root ports the driver, the override, the ways
# to reset it, its IOMMU group and its command register.
state() {
  for device in /sys/bus/pci/devices/0000:0[123]:00.*; do
    driver=$(readlink "$device/driver")
    group=$(readlink "$device/iommu_group")
    echo "${device##*/} driver=${driver##*/} override=$(cat "$device/driver_override")" \
      "resets=$(tr ' ' , <"$device/reset_method") group=${group##*/}" \
      "command=$(dd if="$device/config" bs=2 skip=2 count=1 2>/dev/null | xxd -p)"
  done >"/host/out/$1.state"
}

# capture NAME CONFIG: late, with /host/in/CONFIG.conf; what it says and the archive go
# to the host. Exit status 1: there is always a device with a driver, the 9p share's.
capture() {
  vmcoredd-collect capture --verbose --phase late --config "/host/in/$2.conf" --spool "/tmp/$1" \
    >"/host/out/$1.log" 2>&1
  [ $? = 1 ] || { cat "/host/out/$1.log"; fail "vmcoredd-collect capture, $1"; }
  vmcoredd-collect save --spool "/tmp/$1" --output "/host/out/$1.vmcoredd" || fail "save, $1"
  state "$1"
  mark "$1"
}
