#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vmcoredd watch, while things happen to devices. Read ../watch_checks.py beside it.
# shellcheck source=tests/e2e/devlink/guest/lib.sh
. /guest/lib.sh
has watch || exit 0

device=platform/devlinksim.0
twin=platform/devlinksim.1
nsim_device=netdevsim/netdevsim30
watched=/tmp/watched
metrics=/tmp/metrics.prom
mkdir /tmp/hooks "$out/archives"
echo none >"$out/known"

cat >/tmp/watch.toml <<END
[watch]
directory = "$watched"
textfile = "$metrics"
captures = 1000
free_bytes = 1048576
hook = ["/bin/sh", "-c", "env | grep ^VMCOREDD_ >/tmp/hooks/\$\$"]
END
cp /tmp/watch.toml /tmp/managed.toml
cat >>/tmp/managed.toml <<END
[[watch.rule]]
events = ["health-error"]
reporter = "recover"
manage_recovery = true
clear_dump = true
END

# watch_up [VALUE]: what the textfile says.
watch_up() { grep -qs "^vmcoredd_watch_up ${1:-1}" $metrics; }
start() {
  rm -f $metrics
  captures=0
  vmcoredd watch --foreground --config "$1" >>"$out/watch.log" 2>&1 &
  watch=$!
  within 20 watch_up
}
stop() {
  kill "$watch"
  wait "$watch"
  echo $? >"$out/$1.status"
}

# archives: those that are complete. Their names have no blanks.
archives() { (cd $watched && ls -- *.vmcoredd); }
sum() {
  total=0
  while read -r number; do total=$((total + number)); done
  echo $total
}
# A hook is run when its capture is over, and is told of how many events that was.
told_of() { [ "$(sed -n 's/^VMCOREDD_EVENTS=//p' /tmp/hooks/* 2>/dev/null | sum)" -ge "$1" ]; }
counted() { [ "$(sed -n 's/^vmcoredd_watch_captures_total.* //p' $metrics | sum)" -ge $captures ]; }

# caught NAME EVENTS: waits until so many events are captured, and a moment for one too
# many. NAME.new lists the archives; NAME.metrics and NAME.hooks are what the textfile and
# the hook said.
caught() {
  within 60 told_of "$2"
  sleep 1
  captures=$((captures + $(find /tmp/hooks -type f | wc -l)))
  within 20 counted
  archives | grep -vxF -f "$out/known" >"$out/$1.new"
  archives >"$out/known"
  cp $metrics "$out/$1.metrics"
  cat /tmp/hooks/* >"$out/$1.hooks" 2>/dev/null
  rm -f /tmp/hooks/*
}

# Nothing is left of other scripts.
for old in /sys/bus/netdevsim/devices/netdevsim*; do
  [ ! -e "$old" ] || echo "${old##*netdevsim}" >/sys/bus/netdevsim/del_device
done
for data in /sys/class/devcoredump/devcd*/data; do [ ! -e "$data" ] || echo 0 >"$data"; done
fresh_sim 1048576
new_netdevsim 30

start /tmp/watch.toml
sleep 3
cp "/proc/$watch/status" "$out/idle.status"

# -- one thing after the other -----------------------------------------------------------
stamped "$nsim/netdevsim30/health/break_health" "the first message" >"$out/health.begin"
caught health 1
devlink region new $nsim_device/dummy snapshot 1
caught snapshot 1
devlink region dump $nsim_device/dummy snapshot 1 >"$out/dummy.text"
# A snapshot that the driver takes.
devlink dev param set $device name region_snapshot_enable value true cmode runtime
stamped "$sim/devlinksim.0/region_event" 1 >"$out/event.begin"
caught event 1
stamped "$sim/devlinksim.0/coredump" 1000000 >"$out/coredump.begin"
caught coredump 1

# -- many at once --------------------------------------------------------------------------
number=0
while [ $number -lt 20 ]; do
  echo "types burst $number" >"$sim/devlinksim.1/report"
  number=$((number + 1))
done
for number in 10 11 12 13; do devlink region new $twin/big snapshot $number; done
caught burst 24
is_idle() { [ "$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$watch/status")" -lt 3072 ]; }
within 10 is_idle
cp "/proc/$watch/status" "$out/busy.status"

# -- killed, with something half done, and more while it is away -----------------------------
fresh_sim 134217728
sleep 2
devlink region new $device/big snapshot 20
running() { (cd $watched && ls -- *.partial >/dev/null 2>&1); }
within 20 running
# All processes of it, as systemd does.
# shellcheck disable=SC2046 # several words
kill -KILL $(pidof vmcoredd-watch)
wait "$watch"
ls $watched >"$out/after-kill"
echo "port_rx while it was away" >"$sim/devlinksim.1/report"
echo "port_rx and again" >"$sim/devlinksim.1/report"
devlink region new $twin/odd snapshot 21
echo 5000 >"$sim/devlinksim.1/coredump"
start /tmp/watch.toml
caught late 5

# -- the end ---------------------------------------------------------------------------------
ls $trace/instances >"$out/instances"
unbind() { echo devlinksim.0 >/sys/bus/platform/drivers/devlinksim/unbind; }
unbind
sleep 1
stop stopped
cp $metrics "$out/stopped.metrics"
ls $trace/instances >"$out/instances-stopped"
echo devlinksim.0 >/sys/bus/platform/drivers/devlinksim/bind
record once ours vmcoredd watch --once --foreground --config /tmp/watch.toml
archives | grep -vxF -f "$out/known" >"$out/once.new"

# -- recovery that waits for the capture -------------------------------------------------------
fresh_sim 1048576
devlink health show $twin reporter recover >"$out/recover.before"
start /tmp/managed.toml
taken() { devlink health show $twin reporter recover | grep -q 'auto_recover false'; }
within 20 taken
devlink health show $twin reporter recover >"$out/recover.taken"
echo "recover the device died" >"$sim/devlinksim.1/report"
caught recover 1
devlink health show $twin reporter recover >"$out/recover.after"
stop managed
devlink health show $twin reporter recover >"$out/recover.given-back"

cp $watched/*.vmcoredd "$out/archives"
for data in /sys/class/devcoredump/devcd*/data; do [ ! -e "$data" ] || echo 0 >"$data"; done
echo 30 >/sys/bus/netdevsim/del_device
fresh_sim 1048576
