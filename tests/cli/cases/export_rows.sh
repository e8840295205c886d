# SPDX-License-Identifier: LGPL-2.1-or-later
# Rows of one machine: a crash, its baseline, a kernel log; as many as the report has.
rows=$SOURCE/tests/support/check_rows
bar=$SOURCE/driver-plugins/igb/fixture/bar0.txt
make baseline.vmcoredd <<END
archive
dump name=igb_0000:02:00.0_state data=bar:$bar:state m-device.bus=pci m-device.address=0000:02:00.0 m-device.driver=igb m-device.firmware=3.25
manifest kind=baseline capture-id=00000000000000000000000000000001 nodename=alpha time=2026-01-01T00:00:00Z
END
make crash.vmcoredd <<END
archive
dump name=igb_0000:02:00.0_state data=bar:$bar:state;0x8=0x00280791;0x2818=17 m-device.bus=pci m-device.address=0000:02:00.0 m-device.driver=igb m-device.firmware=3.25
dump name=other_0000:03:00.0_x size=64 data=zero m-device.bus=pci m-device.address=0000:03:00.0
manifest kind=crash capture-id=00000000000000000000000000000002 nodename=alpha time=2026-01-02T00:00:00Z
END
printf '[    1.000000] igb 0000:02:00.0: \377 link is down\n[    2.000000] pcieport: AER: error\n' > dmesg.txt
files="crash.vmcoredd baseline.vmcoredd dmesg.txt"
expect 1 vmcoredd report $files --json > report.json
vmcoredd export jsonl $files -o rows.jsonl
"$rows" report report.json rows.jsonl
vmcoredd export sqlite $files -o rows.db
"$rows" report report.json rows.db | cmp - <("$rows" report report.json rows.jsonl)
"$rows" lines rows.jsonl rows.db
"$rows" columns rows.db
stat -c %a rows.db
echo "-- to standard output; without fields"
vmcoredd export jsonl $files > again.jsonl
same rows.jsonl again.jsonl
vmcoredd export jsonl $files --no-fields | grep -c '"type":"field"' || true
grep '"type":"finding"' rows.jsonl | head -1 | sed 's/"evidence".*//'
echo "-- not added twice"
vmcoredd export sqlite $files -o rows.db
mkdir moved
cp crash.vmcoredd moved/renamed.vmcoredd
cp dmesg.txt moved/dmesg.old
vmcoredd export sqlite moved -o rows.db
"$rows" count rows.db
echo "-- first the crash alone, then its baseline: what differs is added"
vmcoredd export sqlite crash.vmcoredd -o grown.db
vmcoredd export sqlite crash.vmcoredd baseline.vmcoredd -o grown.db
vmcoredd export sqlite crash.vmcoredd baseline.vmcoredd -o grown.db
"$rows" count grown.db
