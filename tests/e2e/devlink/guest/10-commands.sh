#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every command beside devlink's. Read ../command_checks.py beside it.
# shellcheck source=tests/e2e/devlink/guest/lib.sh
. /guest/lib.sh

region=netdevsim/netdevsim11/dummy
device=platform/devlinksim.0
for number in 11 12; do new_netdevsim $number; done

# -- regions without a snapshot; errors --------------------------------------------
both show-none region show
both show-one region show $region
both bad-device region show netdevsim/netdevsim99/dummy
both bad-region region show netdevsim/netdevsim11/nothing
both bad-handle region show netdevsim11
both new-bad-region region new netdevsim/netdevsim11/nothing
both new-no-handle region new
both new-not-offered region new $device/events
both dump-no-id region dump $region
both dump-no-snapshot region dump $region snapshot 0
both read-no-id region read $region address 0 length 16
both del-no-snapshot region del $region snapshot 0

# -- snapshots: chosen and automatic ids --------------------------------------------
twin new-auto region new $region
twin new-auto-json -j region new $region
twin new-chosen region new $region snapshot 7
twin new-chosen-json -jp region new $region sn 9
twin new-taken region new $region snapshot 7
twin new-bad-number region new $region snapshot seven
twin new-twice-word region new $region snapshot 20 snapshot 21
twin new-extra region new $region snapshot 22 more
twin show-some region show $region
both show-all region show
both show-all-json -j region show
both show-all-pretty -jp region show
both show-prefix reg sh $region

# -- content: the netdevsim bytes are random, so both read one device ---------------
both dump region dump $region snapshot 0
both dump-json -j region dump $region snapshot 0
both dump-pretty -jp region dump $region snapshot 0
both read region read $region snapshot 0 address 0 length 16
both read-prefix reg re $region sn 0 addr 100 len 10
both read-unaligned region read $region snapshot 0 address 5 length 600
both read-order region read $region length 32 address 32 snapshot 0
both read-json -j region read $region snapshot 0 address 256 length 700
both read-last region read $region snapshot 0 address 32767 length 1
both read-past region read $region snapshot 0 address 32760 length 100
both read-beyond region read $region snapshot 0 address 32768 length 1
both read-far region read $region snapshot 0 address 99999999 length 1
both read-nothing region read $region snapshot 0 address 0 length 0
both read-all region read $region snapshot 0 address 0 length 18446744073709551615
both read-negative region read $region snapshot 0 address -1 length 1
both read-too-big-number region read $region snapshot 0 address 99999999999999999999 length 1
both read-no-length region read $region snapshot 0 address 0
both read-no-address region read $region snapshot 0 length 1
both read-missing-snapshot region read $region snapshot 3 address 0 length 1
# devlink takes decimal numbers only.
both read-hex region read $region snapshot 0 address 0x10 length 0x20

twin del region del $region snapshot 7
twin del-prefix reg d $region sn 9
twin del-again region del $region snapshot 7
twin del-no-id region del $region
twin show-left region show $region

# -- devlinksim: a size that is no multiple, ports, snapshots by the driver ---------
twin sim-new-odd region new $device/odd
twin sim-dump-odd region dump $device/odd snapshot 0
twin sim-dump-odd-json -j region dump $device/odd snapshot 0
twin sim-read-odd-end region read $device/odd snapshot 0 address 320 length 13
twin sim-new-odd-2 region new $device/odd
twin sim-new-odd-full region new $device/odd
twin sim-new-big region new $device/big snapshot 100
twin sim-id-of-other-region region new $device/odd snapshot 100
twin sim-read-big region read $device/big snapshot 100 address 1048000 length 4096
twin sim-show region show $device/odd

# -- parameters ----------------------------------------------------------------------
twin param-show dev param show $device
twin param-show-json -j dev param show $device
twin param-show-one dev param show $device name region_snapshot_enable
twin param-show-missing dev param show $device name nothing
both param-show-all-pretty -jp dev param show
twin param-set dev param set $device name region_snapshot_enable value true cmode runtime
twin param-set-again dev param set $device name region_snapshot_enable value true cmode runtime
twin param-set-u8 dev param set $device name sim_u8 value 200 cmode runtime
twin param-set-u8-big dev param set $device name sim_u8 value 300 cmode runtime
twin param-set-u32 dev param set $device name sim_u32 value 4711 cmode runtime
twin param-set-u32-refused dev param set $device name sim_u32 value 2000000 cmode runtime
twin param-set-bool-bad dev param set $device name sim_bool value maybe cmode permanent
twin param-set-string dev param set $device name sim_string value "two words" cmode permanent
twin param-set-wrong-mode dev param set $device name sim_u8 value 1 cmode permanent
twin param-set-no-value dev param set $device name sim_u8 cmode runtime
twin param-shown dev param show $device name sim_string
twin param-shown-all dev param show $device
# Now the driver may take snapshots.
poke "$sim/devlinksim.0/region_event" 1
twin sim-show-events region show $device/events
twin sim-dump-events region dump $device/events snapshot 2

# -- information on the device --------------------------------------------------------
twin info dev info $device
twin info-json -j dev info $device
both info-all-pretty -jp dev info
poke "$sim/devlinksim.0/fw_stored" 2.0.0
twin info-updated dev info $device
both info-missing dev info platform/none.0

# -- what only ours has, and what devlink cannot ---------------------------------------
ours typed-dump -J region dump $device/odd snapshot 0
ours typed-read -J region read $region snapshot 0 address 0x10 length 0x20
ours raw region dump $region snapshot 0 --raw -o -
# devlink lists the region of a port without the port, and cannot address it.
twin sim-new-port region new $device/port
twin sim-new-port-1 region new $device/1/port
twin sim-show-port region show $device/1/port
