# SPDX-License-Identifier: LGPL-2.1-or-later
# Recovery by configuration: the grace period, the first dump that stays, by hand, and one
# that does not help. Then nobody is there to ask.
given health_rig
coproc RIG { exec health_rig "$PWD/rig" recover; }
exec {rig_in}>&"${RIG[1]}" {rig_out}<&"${RIG[0]}"
eval "exec ${RIG[1]}>&-"  # the end of what it reads is ours to tell
rig_pid=$RIG_PID
read -r line <&$rig_out
rig() {
  echo "$*" >&$rig_in
  while read -r line <&$rig_out && [ "$line" != ok ]; do
    echo "$line"
    [ "$line" != FAILED ] || exit 1
  done
}
health() { vmcoredd health --socket rig/health.sock "$@"; }
fatal="pci/0000:05:00.0 reporter fw_fatal"
show() { health show $fatal | sed 's/last_dump_date [^ ]* last_dump_time [^ ]*/last_dump .../'; }
rig looks 2
echo "-- an error that is recovered"
rig syndrome 0x1 0x80
rig recovered 1
show
health dump show $fatal > first
grep -c iseg_data first
echo "-- another within the grace period: neither a recovery nor a dump"
rig syndrome 0x8 0x80
rig errors fw_fatal 2
rig looks 3
show
health dump show $fatal > second
same first second
echo "-- by hand"
health recover $fatal
show
health dump clear $fatal
show
echo "-- what it is told to do"
health set $fatal grace_period 1000 auto_recover false auto_dump false
show
expect 1 health test $fatal
expect 1 health set pci/0000:05:00.0 reporter fw auto_recover true
expect 1 health show pci/0000:05:00.0 reporter none
expect 1 health show pci/0000:06:00.0 reporter fw
echo "-- one that does not help is left in error"
rig broken
rig nic 1
rig errors fw_fatal 3
show
echo "-- a restart of the service forgets nothing"
exec {rig_in}>&-
wait "$rig_pid" || true
expect 1 vmcoredd health --socket rig/health.sock show
grep -h -e '^errors' -e '^recoveries' -e '^state' -e '^auto' rig/state/*fw_fatal.health
rm -r rig
