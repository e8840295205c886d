# SPDX-License-Identifier: LGPL-2.1-or-later
# The mlx5 reporters of vmcoredd-watch on a simulated device: every syndrome, a counter that
# stands still, every fatal error, and what `vmcoredd health` says of each.
given health_rig
coproc RIG { exec health_rig "$PWD/rig"; }
exec {rig_in}>&"${RIG[1]}" {rig_out}<&"${RIG[0]}"
eval "exec ${RIG[1]}>&-"  # the end of what it reads is ours to tell
rig_pid=$RIG_PID
read -r line <&$rig_out
# Until the answer's last line; prints what comes before.
rig() {
  echo "$*" >&$rig_in
  while read -r line <&$rig_out && [ "$line" != ok ]; do
    echo "$line"
    [ "$line" != FAILED ] || exit 1
  done
}
health() { vmcoredd health --socket rig/health.sock "$@"; }
device=pci/0000:05:00.0
# state, errors and recoveries of both reporters, whether a dump is stored, and the diagnosis
row() {
  local shown
  shown=$(health show | sed -n 's/^  reporter \(.*\)$/\1/; s/^    state \([a-z]*\) error \([0-9]*\) recover \([0-9]*\)\( last_dump\)\{0,1\}.*/\1 \2 \3\4/p' |
    sed 's/ last_dump/ dump/' | paste -sd '|')
  printf '%-34s | %-34s | %s\n' "$1" "$shown" "$(health diagnose $device reporter fw 2>&1 | paste -sd ' ')"
}
rig looks 2
health show $device reporter fw
health show $device reporter fw_fatal
printf '%-34s | %-34s | %s\n' "what the device does" "fw | fw_fatal" "diagnosis of fw"
row "nothing is wrong"
errors=0
for syndrome in 0x1 0x7 0x8 0x9 0xa 0xb 0xc 0xd 0xe 0xf 0x10 0x12 0x13 0x42; do
  rig syndrome $syndrome 0x0c
  rig errors fw $((++errors))
  row "syndrome $syndrome"
done
rig reset
rig looks 2
rig stop
rig errors fw $((++errors))
rig looks 3
row "counter stands still, three misses"
rig go
fatal=0
wrong() {
  rig "${@:2}"
  rig errors fw_fatal $((++fatal))
  row "$1"
  rig reset
  rig healthy
}
wrong "registers read all ones" lose registers
wrong "configuration reads all ones" lose config
wrong "NIC disabled" nic 1
wrong "NIC in software reset" nic 7
wrong "syndrome 0x8, rfr, severity 2" syndrome 0x8 0x8a
row "and well again"
echo "-- reports that a capture follows"
rig reports | uniq -c
echo "-- log"
rig log | sed 's/: synd .*/: .../'
exec {rig_in}>&-
wait "$rig_pid" || true
rm -r rig
