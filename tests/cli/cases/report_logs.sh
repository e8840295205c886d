# SPDX-License-Identifier: LGPL-2.1-or-later
# Kernel logs as people save them, where they stand among other things, and files that lie about.
make devices.vmcoredd <<'END'
archive
dump name=raw_0000:01:00.0 size=64 data=zero m-device.bus=pci m-device.address=0000:01:00.0 m-device.netdev=eth1
manifest kind=live time=2026-11-29T04:44:09.5Z
END
make crash.core <<'END'
kdump
vmcoreinfo OSRELEASE=6.1.0 CRASHTIME=1795927450
END
# Sources by their kind and file; messages are on standard error.
sources() { vmcoredd report "$@" | sed -n '/^from/,$s/^  \([a-z-]*\) *\([^ ]*\).*/\1 \2/p'; }

echo "-- every form is a log, whatever its name"
log() { printf '%b\n' "$2" > "$1"; vmcoredd timeline devices.vmcoredd "$1" | grep kernel-log; }
log plain '[    1.500000] e1000e 0000:01:00.0: a'
log caller '[    1.500000][    T1] e1000e 0000:01:00.0: b'
log journal 'Nov 29 04:44:01 host kernel: e1000e 0000:01:00.0: c'
log monotonic '[    1.500000] host kernel: e1000e 0000:01:00.0: d'
log ctime '[Sun Nov 29 04:44:01 2026] e1000e 0000:01:00.0: e'
log iso '2026-11-29T05:44:01,500000+01:00 e1000e 0000:01:00.0: f'
log kmsg '6,1,1500000,-;e1000e 0000:01:00.0: g\n SUBSYSTEM=pci\n DEVICE=+pci:0000:01:00.0'
log escape '[    1.500000] e1000e 0000:01:00.0: \033[1mh\0'
log dmesg.any 'no time: e1000e 0000:01:00.0: i\001'

echo "-- the crash is behind the log; lines of two logs stay once; beside a vmcore of any name"
mkdir crash
cp crash.core crash
cp devices.vmcoredd crash
cat > crash/dmesg.txt <<'END'
[   90.000000][    T1] eth1: of the boot before
[    0.500000][    T1] eth1: link is up
[    9.400000][    T1] eth1: hang
[   10.000000][    T1] Kernel panic - not syncing: eth1
[   10.100000][    T1] veth1: entered promiscuous mode
[   10.100000][    T1] DEBUG: nothing
[   10.200000][    T1] pcieport 0000:00:04.0: AER: error received from 0000:01:00.0
END
gzip -nc crash/dmesg.txt > crash/dmesg.202611290444.gz
vmcoredd timeline crash/crash.core
echo "of finalise" | tee crash/vmcoredd-0.sha256 > crash/vmcoredd-0.identity
sources crash/crash.core
cd crash
echo "-- what is named and beside is taken once"
sources devices.vmcoredd crash.core ./dmesg.txt
cd ..

echo "-- what nobody named and cannot be used"
: > crash/vmcore-dmesg-incomplete.txt
vmcoredd report crash --json > report.json
vmcoredd timeline crash --json > timeline.json
vmcoredd export jsonl crash > rows.json
mv report.json timeline.json rows.json crash
printf 'a\0b' > crash/core.log
echo '{"value": 1}' > crash/settings.json
sources crash
echo "-- and what was a dump or a log"
mkdir lost
cp devices.vmcoredd lost
: > lost/vmcore-incomplete
expect 1 vmcoredd report lost > /dev/null
rm lost/vmcore-incomplete
head -c 60 crash/dmesg.202611290444.gz > lost/dmesg.gz
expect 1 vmcoredd report lost > /dev/null
rm lost/dmesg.gz
printf '0x00000000 0x00000001\n0x00000004 0x00000002\n' > lost/registers.txt
expect 1 vmcoredd report lost > /dev/null
echo "-- the same, named"
expect 3 vmcoredd report crash/vmcore-dmesg-incomplete.txt
expect 3 vmcoredd report crash/report.json
expect 3 vmcoredd report crash/settings.json
expect 3 vmcoredd report lost/registers.txt
echo "-- nothing that can be used"
mkdir own
cp crash/report.json own
expect 3 vmcoredd report own
