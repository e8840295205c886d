# SPDX-License-Identifier: LGPL-2.1-or-later
# What must not leave the house is taken out, and said.
given vmcoredd-collect
vmcoredd-collect capture --deadline-ms 30000 --sysroot "$SOURCE/tests/golden/sysfs-qemu" --spool spool 2> /dev/null
vmcoredd-collect save --spool spool --output a.vmcoredd 2> /dev/null
vmcoredd redact a.vmcoredd -s 'e1000e*' -s 'nvme*' -o r.vmcoredd
vmcoredd verify r.vmcoredd | tail -n 1
echo "-- the MAC address of the NIC is nowhere"
grep -c -a -P '\x52\x54\x00\x12\x34\x56' a.vmcoredd
expect 1 grep -c -a -P '\x52\x54\x00\x12\x34\x56' r.vmcoredd
vmcoredd decode r.vmcoredd --all -s '*_state' | grep 'RA\[0\]' || true
echo "-- kept, dropped, tried"
vmcoredd redact a.vmcoredd -n -s 'e1000e*' --keep mac
vmcoredd redact a.vmcoredd -n -s 'e1000e*' -s 'nvme*' --drop 'e1000e*_registers' --json | python3 -c '
import json, sys
report = json.load(sys.stdin)
for dump in report["dumps"]: print(dump["name"], dump.get("dropped"), dump.get("mac"), dump["blanked_bytes"])'
echo "-- what no layout describes stays only when told"
printf 'unknown' > raw
vmcoredd pack --file thing=raw -o t.vmcoredd
expect 1 vmcoredd redact t.vmcoredd -o u.vmcoredd
expect 1 vmcoredd redact t.vmcoredd -o u.vmcoredd --json | grep '"archive"'
expect 1 vmcoredd redact t.vmcoredd -n
vmcoredd redact t.vmcoredd -n --drop thing
vmcoredd redact t.vmcoredd -o u.vmcoredd --keep-unknown
vmcoredd extract u.vmcoredd -s 0 -O
echo
echo "-- a serial number that is made of an address is one; zeros are none"
make pci <<'EOF'
archive
dump name=pci_0000:01:00.0 size=4096 m-content=pci-config data=zero set="0=0x10d38086 0x100=0x00010003 0x104=0xffaabbcc 0x108=0x525400ff"
dump name=pci_0000:01:00.1 size=4096 m-content=pci-config data=zero set="0=0x10d38086 0x100=0x00010003"
manifest
EOF
vmcoredd redact pci -n
vmcoredd redact pci -n --keep serial
vmcoredd redact pci -n --keep serial --keep mac
echo "-- addresses in what is known of the device"
make known <<'EOF'
archive
dump name=pci_0000:01:00.0 size=4096 m-content=pci-config data=zero m-device.driver=e1000e m-device.netdev=enx525400aabbcc m-device.permaddr=1 m-device.board.sn=SN1 m-device.port=52-54-00-aa-bb-cc m-device.node_guid=5254:00ff:feaa:bbcc
manifest
EOF
vmcoredd redact known -o known.clean
grep -a -o -E '"(driver|netdev|permaddr|board.sn|port|node_guid)":' known.clean
expect 1 grep -a -E '525400|52-54|5254:' known.clean
echo "-- where to?"
expect 2 vmcoredd redact a.vmcoredd
