# SPDX-License-Identifier: LGPL-2.1-or-later
# The service with a health reporter of its own: a simulated mlx5 device breaks, and there is
# an archive of it. Then a new configuration, a mistake in it, and the end.
given vmcoredd-watch
given health_rig
export VMCOREDD_WATCH_PROGRAM=$PROGRAMS/vmcoredd-watch
coproc RIG { exec health_rig "$PWD/rig"; }
exec {rig_in}>&"${RIG[1]}" {rig_out}<&"${RIG[0]}"
read -r line <&$rig_out
rig() {
  echo "$*" >&$rig_in
  read -r line <&$rig_out
}
tree=$PWD/rig/sysroot
cat > conf << END
[watch]
directory = "$PWD/archives"
textfile = "/metrics.prom"
[health]
enabled = true
poll_ms = 100
END
vmcoredd watch --config conf --sysroot $tree --netlink-socket none --foreground 2> log &
service=$!
# until COMMAND...: at most twenty seconds.
until_true() {
  local i
  for i in {1..400}; do
    if "$@" > /dev/null 2>&1; then return; fi
    sleep 0.05
  done
  echo "never: $*"
  cat log
  exit 1
}
health() { vmcoredd health --socket $tree/run/vmcoredd/health.sock "$@"; }
fatal="pci/0000:05:00.0 reporter fw_fatal"
until_true health show
health show
echo "-- the device breaks"
rig syndrome 0x8 0x80
until_true grep captured log
grep -E "captured" log | sed 's/watch-[0-9TZ]*-[0-9a-f]*\./watch-TIME./; s,/[^ ]*/archives,archives,'
vmcoredd list archives/*
vmcoredd info archives/* | grep event | grep -v time
health show $fatal | sed 's/last_dump_date [^ ]* last_dump_time [^ ]*/last_dump .../'
until_true grep -q 'reporter_errors_total.*fw_fatal"} 1' $tree/metrics.prom
grep 'reporter_state.*fw_fatal' $tree/metrics.prom
echo "-- a mistake is not taken, a change is"
cp conf good
echo "[watch" >> conf
kill -HUP $service
until_true grep "what runs stays" log
grep -o "the configuration is not taken, what runs stays" log
cp good conf
echo "recover = false" >> conf
kill -HUP $service
twice() { [ "$(grep -c captured log)" = 2 ]; }
until_true twice
health show $fatal | sed 's/last_dump_date [^ ]* last_dump_time [^ ]*/last_dump .../'
ls archives | wc -l
echo "-- the end"
kill $service
wait $service
grep watch_up $tree/metrics.prom | tail -1
expect 1 health show 2> /dev/null
exec {rig_in}>&-
