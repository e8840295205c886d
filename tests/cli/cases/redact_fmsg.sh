# SPDX-License-Identifier: LGPL-2.1-or-later
# Of messages of health reporters texts and binary data go, numbers and how it is built stay: the
# rest can still be decoded. Names and texts that look like an address or a serial number count
# as that.
cat > dump.txt <<EOF
archive
dump name=netdevsim_netdevsim10_dummy size=1884 data=netlink:$SOURCE/tests/golden/netlink/health_dump_dummy_break.nl m-source=devlink m-content=devlink-fmsg
dump name=nic_fw m-content=devlink-fmsg data="fmsg:serial: str:SN-SECRET port: str:52:54:00:aa:bb:cc packet: bin:le:8;0=0x44434241 count: u32:7 mac_errors: u64:3 skb: { data: bin:le:12000;0=0x44434241;11996=0x44434241 } serial_number: u64:0x44434241 up: flag:1"
dump name=nic_crash m-content=devlink-fmsg m-device.driver=mlx5_core data="fmsg:crdump_data: bin:le:0xf0020;0x8=0x44434241;0xf0014=0x2020d;0xf0018=0x44434241"
manifest
EOF
mkvmcore dump.txt -o dump
vmcoredd redact dump -o clean
vmcoredd verify clean
vmcoredd decode clean > decoded
sed -n '/ test_u8\|break_message\|test_string\|test_binary/p; /^1 nic_fw/,$p' decoded
echo "-- what was in it is nowhere"
for secret in 'hello break' somestring SN-SECRET 52:54:00 ABCD; do
  [ "$(grep -c -a "$secret" dump)" != 0 ]
  expect 1 grep -a "$secret" clean
done
echo "-- kept, but for what looks like an address or a serial number"
vmcoredd redact dump -n --keep payload
vmcoredd redact dump -n --keep payload --keep mac -s nic_fw
vmcoredd redact dump -n --keep serial --keep mac -s nic_fw
