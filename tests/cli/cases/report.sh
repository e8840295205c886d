# SPDX-License-Identifier: LGPL-2.1-or-later
# Everything known about a machine: a capture, what it was like before, and the kernel's log.
given vmcoredd-collect
capture() {
  vmcoredd-collect capture --deadline-ms 30000 --sysroot "$1" --spool "$2.spool" 2> /dev/null
  vmcoredd-collect save --spool "$2.spool" --output "$2" 2> /dev/null
}
cp -r "$SOURCE/tests/golden/sysfs-qemu" machine
capture machine before.vmcoredd
# The NIC loses its link and its receiver.
bar="machine/sys/devices/pci0000:00/0000:00:04.0/0000:01:00.0/resource0"
printf '\x81' | dd of="$bar" bs=1 seek=8 conv=notrunc status=none
printf '\x00' | dd of="$bar" bs=1 seek=256 conv=notrunc status=none
mkdir crash
capture machine crash/devices.vmcoredd
cat > crash/dmesg.txt << 'END'
[    0.000000] Linux version 6.1
[    9.500000] e1000e 0000:01:00.0 eth0: Detected Hardware Unit Hang
[   10.000000] Kernel panic - not syncing: sysrq triggered crash
END
cp "$SOURCE/tests/golden/devlink-output/region-dump-600.txt" crash/pci_0000:01:00.0_cr-space_snap1.txt
echo "somebody was here" > crash/notes.txt
echo "-- text"
vmcoredd report crash --against before.vmcoredd > report.txt
sed -n '/^findings/,/^devices/p' report.txt | head -n 4
grep -A 3 'from the baseline' report.txt | head -n 4
sed -n '/^what happened/,/^from/p' report.txt | grep -v capture
sed '1,/^from/d; s/20[0-9-]*T[0-9:]*Z/TIME/' report.txt
echo "-- json"
vmcoredd report crash --against before.vmcoredd --json > report.json
python3 - << 'END'
import json
report = json.load(open("report.json"))
nic = next(d for d in report["devices"] if d["name"] == "pci/0000:01:00.0")
print(report["schema"], nic["title"], nic["verdict"], report["devices"][nic["parent"]]["name"])
diff = next(d["diff"] for d in report["dumps"] if d["name"] == "e1000e_0000:01:00.0_state" and "diff" in d)
print([field["path"] for field in diff["fields"] if not field.get("volatile")])
END
echo "-- timeline"
vmcoredd timeline crash | sed 's/20[0-9-]*T[0-9:]*Z/TIME/'
vmcoredd timeline --json crash | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["events"]))'
echo "-- a file that is there; nothing to report on"
echo mine > out.txt
expect 1 vmcoredd report crash/devices.vmcoredd -o out.txt
cat out.txt
mkdir empty
expect 3 vmcoredd report empty
