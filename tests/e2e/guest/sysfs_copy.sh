# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# sysfs_copy DEST: copies the part of /sys that an inventory of PCI devices reads
# into the folder DEST, with its real paths. Links between the parts are kept
# (devices, drivers), all others are left out. cat and not cp: a sysfs file says
# it has 4096 bytes and gives fewer.
sysfs_copy() {
  for link in /sys/bus/pci/devices/*; do
    device=$(readlink -f "$link")
    mkdir -p "$1$device" "$1/sys/bus/pci/devices"
    for name in class config device driver_override enable irq modalias power_state \
      resource revision subsystem_device subsystem_vendor vendor; do
      cat "$device/$name" >"$1$device/$name" || return 1
    done
    cp -P "$link" "$1/sys/bus/pci/devices/"
    [ ! -L "$device/driver" ] || cp -P "$device/driver" "$1$device/"
  done
  for link in /sys/bus/pci/drivers/*/*:*; do
    [ -L "$link" ] || continue
    mkdir -p "$1${link%/*}"
    cp -P "$link" "$1${link%/*}/"
  done
}
