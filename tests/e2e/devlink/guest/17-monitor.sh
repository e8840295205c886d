#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# devlink monitor beside ours: the same events to both. Read ../monitor_checks.py
# beside it.
# shellcheck source=tests/e2e/devlink/guest/lib.sh
. /guest/lib.sh

device=platform/devlinksim.0
fresh_sim 1048576

# Sockets of generic netlink (protocol 16) that listen to a group.
listeners() { awk '$2 == 16 && $4 != "00000000"' /proc/net/netlink | wc -l; }
listening() { [ "$(listeners)" -eq "$1" ]; }

# watched NAME ARGUMENT...: both monitors while `events` happens.
watched() {
  name=$1
  shift
  mkdir "$out/$name"
  printf '%s\n' "$@" >"$out/$name/args"
  before=$(listeners)
  devlink "$@" >"$out/$name/stdout.theirs" 2>"$out/$name/stderr.theirs" </dev/null &
  monitors=$!
  count=1
  if has devlink; then
    vmcoredd devlink "$@" >"$out/$name/stdout.ours" 2>"$out/$name/stderr.ours" </dev/null &
    monitors="$monitors $!"
    count=2
  fi
  within 10 listening $((before + count)) || echo "$name: the monitors do not listen"
  events
  sleep 0.5
  # shellcheck disable=SC2086 # one or two of them
  kill $monitors
  # shellcheck disable=SC2086
  wait $monitors
}

events() {
  devlink region new $device/odd snapshot 5 >/dev/null
  echo "recover something happened" >"$sim/devlinksim.0/report"
  echo "port_rx on a port" >"$sim/devlinksim.0/report"
  devlink region del $device/odd snapshot 5
  devlink dev param set $device name sim_u32 value 12 cmode runtime
  new_netdevsim 17
  echo 17 >/sys/bus/netdevsim/del_device
}

watched monitor monitor
watched monitor-health monitor health
watched monitor-json -j monitor
watched monitor-all monitor all
both monitor-bad monitor nonsense
