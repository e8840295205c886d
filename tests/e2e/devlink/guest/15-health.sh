#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Health reporters beside devlink's. Read ../health_command_checks.py beside it.
# shellcheck source=tests/e2e/devlink/guest/lib.sh
. /guest/lib.sh

nsim_device=netdevsim/netdevsim13
device=platform/devlinksim.0
fresh_sim 1048576
new_netdevsim 13

both show health show
both show-json -j health show
both show-pretty -jp health show
both show-device health show $device reporter types
both show-one health show $nsim_device reporter dummy
both show-port health show $device/1 reporter port_rx
both show-prefix hea sh $nsim_device rep dummy
# "he" is help, which comes first.
both show-help-prefix he sh $nsim_device reporter dummy
both show-missing health show $nsim_device reporter nothing
both show-missing-device health show netdevsim/netdevsim99 reporter dummy
both show-no-reporter health show $nsim_device

# -- what netdevsim's unbalanced dummy says ------------------------------------------
both diagnose-empty health diagnose $nsim_device reporter empty
both diagnose-dummy health diagnose $nsim_device reporter dummy
both dump-empty health dump show $nsim_device reporter empty
echo "the message" >"$nsim/netdevsim13/health/break_health"
both show-broken health show $nsim_device reporter dummy
both show-broken-json -j health show $nsim_device reporter dummy
both dump-dummy health dump show $nsim_device reporter dummy
both dump-dummy-json -j health dump show $nsim_device reporter dummy
both dump-dummy-pretty -jp health dump show $nsim_device reporter dummy
ours typed-dummy -J health dump show $nsim_device reporter dummy
both dump-no-show health dump $nsim_device reporter dummy

# -- messages of real drivers' shapes ------------------------------------------------
for reporter in bnxt duplicates strings types nothing fails binary slow; do
  both dump-$reporter health dump show $device reporter $reporter
  both dump-$reporter-json -j health dump show $device reporter $reporter
  both dump-$reporter-pretty -jp health dump show $device reporter $reporter
  both dump-$reporter-hex -x health dump show $device reporter $reporter
done
ours typed-duplicates -J health dump show $device reporter duplicates
ours typed-strings -J health dump show $device reporter strings
both dump-none health dump show $device reporter test
both dump-port health dump show $device/1 reporter port_rx
both dump-port-absent health dump show $device/0 reporter port_rx
for reporter in types nothing fails test port_rx; do
  both diagnose-$reporter health diagnose $device reporter $reporter
  both diagnose-$reporter-json -j health diagnose $device reporter $reporter
done
both diagnose-port health diagnose $device/1 reporter port_rx
both diagnose-no-op health diagnose $device reporter bnxt

# The kernel cuts binary data at 3748 bytes; what is dumped stays until it is cleared.
twin clear-binary health dump clear $device reporter binary
poke "$sim/devlinksim.0/binary_len" 10000
both dump-binary-10000 health dump show $device reporter binary
both dump-binary-10000-json -j health dump show $device reporter binary
twin clear-again health dump clear $device reporter binary
twin clear-prefix heal du c $device reporter types
twin clear-no-op health dump clear $device reporter test
twin clear-missing health dump clear $device reporter nothing-here
both show-cleared health show $device reporter types

# -- recovery --------------------------------------------------------------------------
twin recover-healthy health recover $device reporter recover
twin recover-no-op health recover $device reporter types
poke "$sim/devlinksim.0/fail_recover" 1
poke "$sim/devlinksim.0/report" "recover the device died"
twin recover-failing health recover $device reporter recover
both show-failing health show $device reporter recover
poke "$sim/devlinksim.0/fail_recover" 0
twin recover-works health recover $device reporter recover
both show-recovered health show $device reporter recover
both dump-recovered health dump show $device reporter recover
poke "$sim/devlinksim.0/report" "grace first"
poke "$sim/devlinksim.0/report" "grace within the grace period"
both show-grace health show $device reporter grace
both dump-grace health dump show $device reporter grace
poke "$sim/devlinksim.0/report" "port_rx of a port"
both dump-port-reported health dump show $device/1 reporter port_rx
twin recover-port health recover $device/1 reporter port_rx

# -- settings ---------------------------------------------------------------------------
twin set-grace health set $device reporter grace grace_period 1234
twin set-auto health set $device reporter grace auto_recover false auto_dump false
twin set-prefix heal se $device reporter recover auto_d true
twin set-bad-bool health set $device reporter grace auto_recover maybe
twin set-bad-number health set $device reporter grace grace_period soon
twin set-nothing health set $device reporter grace
twin set-no-op health set $device reporter types grace_period 1
twin set-port health set $device/1 reporter port_rx auto_dump false
both show-set health show $device reporter grace
both show-set-json -j health show $device reporter grace
both show-set-port health show $device/1 reporter port_rx

# -- tests --------------------------------------------------------------------------------
twin test health test $device reporter test
twin test-no-op health test $device reporter types
poke "$sim/devlinksim.0/fail_test" 1
twin test-fails health test $device reporter test
twin test-diagnose health diagnose $device reporter test

# -- switches -----------------------------------------------------------------------------
both switch-n -n health show $nsim_device reporter dummy
both switch-v -v health show $nsim_device reporter dummy
both switch-j-after health show $nsim_device reporter dummy -j
both switch-bad -Z health show
both switch-version -V
