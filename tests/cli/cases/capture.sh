# SPDX-License-Identifier: LGPL-2.1-or-later
# Captures of live devices: what devlink has, what it does to get it, and what goes wrong.
fake_devlink kernel log
mkdir tree
capture() { vmcoredd capture --netlink-socket kernel --sysroot tree "$@"; }
device=pci/0000:00:05.0
names=(--name cr-space --name fw-health --name gaps --name vanishes --name fw_fatal --name fw)
echo "-- list: nothing is touched"
capture --list --new --trigger $device "${names[@]}"
grep -E "NEW|DEL|DUMP|DIAGNOSE|READ" log || echo "nothing was read"
echo "-- passive"
expect 1 capture $device "${names[@]}" -o passive | sed 's/, [0-9.]* KiB//'
grep -E "NEW|DEL|DUMP" log
vmcoredd list passive
vmcoredd verify passive
vmcoredd extract passive -s '*cr-space@1' -O | sha256sum | cut -c1-16
vmcoredd devlink --netlink-socket kernel region dump $device/cr-space snapshot 1 --raw -o - | sha256sum | cut -c1-16
echo "-- new and triggered"
: > log
expect 1 capture $device "${names[@]}" --new --trigger -o new 2> /dev/null | sed 's/, [0-9.]* KiB//'
grep -E "NEW|DEL" log | sed 's/snapshot [0-9]*$/snapshot N/'
vmcoredd list new
strings -n 12 new | grep -o '"devices":.*' | sed 's/}.*/}/'
echo "-- one port; and the device that a network device is of"
capture $device/1 --no-regions -o port | sed 's/, [0-9.]* KiB//'
vmcoredd list port
capture eth1 --name fw_fatal --name tx -o netdev | sed 's/, [0-9.]* KiB//'
vmcoredd list netdev
echo "-- no such device"
expect 3 capture nothing -o none
expect 3 capture $device -o passive
ls
expect 2 capture --allow everything
rm kernel
echo "-- without devlink"
expect 1 capture 0000:00:09.0 -o without | sed 's/, [0-9.]* KiB//'
