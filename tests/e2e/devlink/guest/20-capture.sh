#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Captures of the devices while they live, and baselines. Read ../capture_checks.py
# beside it.
# shellcheck source=tests/e2e/devlink/guest/lib.sh
. /guest/lib.sh
has capture || exit 0

device=platform/devlinksim.0
fresh_sim 1048576
new_netdevsim 20

# captured NAME ARGUMENT...: into NAME.vmcoredd, for the host.
captured() {
  name=$1
  shift
  record "$name" ours vmcoredd capture --json -o "$out/$name.vmcoredd" "$@"
}

# state NAME: what a capture must leave as it was.
state() {
  {
    devlink -jp region show
    # Each dump that was looked at, and when it was made.
    devlink -jp health show
    ls /sys/class/devcoredump
  } >"$out/$1.state"
}

# -- passive: everything that is there already -----------------------------------------
# The number of the snapshot of its device is part of its content, from 0.
devlink region new $device/big snapshot 3
devlink region new $device/odd snapshot 4
vmcoredd devlink region new $device/1/port snapshot 5
devlink region new netdevsim/netdevsim20/dummy snapshot 1
devlink region dump netdevsim/netdevsim20/dummy snapshot 1 >"$out/dummy.text"
echo "the message" >"$nsim/netdevsim20/health/break_health"
echo "types it broke" >"$sim/devlinksim.0/report"
echo "port_rx of a port" >"$sim/devlinksim.0/report"
echo 1000000 >"$sim/devlinksim.0/coredump"
vmcoredd capture --list --json --new --trigger >"$out/list.json"
state before
captured passive
state after

# -- what acts on the device, and only because it was asked for ------------------------
state before-new
captured new --new --no-health $device netdevsim/netdevsim20
state after-new
captured triggered --trigger --no-regions platform/devlinksim.1

# -- a part of the machine ---------------------------------------------------------------
netdev=$(ls /sys/bus/netdevsim/devices/netdevsim20/net)
captured netdev "$netdev"
captured port --no-devcoredumps --name port --name port_rx $device/1
captured coredump --no-regions --no-health $device

# -- without devices, and without the right to ask ---------------------------------------
record namespace ours unshare -n vmcoredd capture --json --no-plugins --no-devcoredumps \
  -o "$out/namespace.vmcoredd"
echo nobody:x:65534:65534::/:/bin/sh >/etc/passwd
mkdir -m 777 /tmp/nobody
record unprivileged ours su nobody -c "vmcoredd capture --json -o /tmp/nobody/unprivileged.vmcoredd $device"
mv /tmp/nobody/unprivileged.vmcoredd "$out"

# -- what goes away while it is read ------------------------------------------------------
# A region large enough that seconds pass until it is read. It makes an archive of 110 KiB.
large_sim() { fresh_sim 134217728; }
has_bytes() { [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -gt 12000 ]; }

# interrupted NAME COMMAND ARGUMENT...: COMMAND when a part of the capture has arrived.
interrupted() {
  name=$1
  command=$2
  shift 2
  captured "$name" --name big --no-devcoredumps "$@" &
  within 30 has_bytes "$out/$name.vmcoredd.partial"
  $command
  wait $!
}
unbind() { echo devlinksim.0 >/sys/bus/platform/drivers/devlinksim/unbind; }
vanish() { echo 0 >"$sim/devlinksim.0/region_present"; }
# The process that others are children of.
stop() { kill -INT "$(pidof vmcoredd | tr ' ' '\n' | sort -n | head -n 1)"; }

large_sim
devlink region new $device/big snapshot 1
interrupted unbound unbind $device
echo devlinksim.0 >/sys/bus/platform/drivers/devlinksim/bind
devlink region new $device/big snapshot 1
interrupted vanished vanish $device
large_sim
state before-stopped
interrupted stopped stop --new $device
state after-stopped

# -- baselines ------------------------------------------------------------------------------
fresh_sim 1048576
record baseline-none ours vmcoredd baseline --show
record doctor-none ours vmcoredd doctor
record baseline ours vmcoredd baseline --json
record baseline-same ours vmcoredd baseline --if-changed --json
echo 3.0.0 >"$sim/devlinksim.0/fw_running"
record baseline-outdated ours vmcoredd baseline --show
sleep 1 # their names have seconds, by which the host puts them in order
record baseline-changed ours vmcoredd baseline --if-changed --json
record baseline-show ours vmcoredd baseline --show
record doctor ours vmcoredd doctor
cp -r /var/lib/vmcoredd/baseline "$out/shelf"
record baseline-kept ours vmcoredd baseline --keep 1 --json
ls /var/lib/vmcoredd/baseline >"$out/shelf-kept"

# The kernel keeps a devcoredump for five minutes.
for data in /sys/class/devcoredump/devcd*/data; do echo 0 >"$data"; done
echo 20 >/sys/bus/netdevsim/del_device
