# SPDX-License-Identifier: LGPL-2.1-or-later
# Of compressed data what is private goes with all of its chunk, and so do chunks that fields do
# not describe as a whole, but for zeros: registers without a name can hold anything. Chunks
# around them, and the headers, stay.
make dump <<'EOF'
archive
dump name=cxgb4_0000:82:00.4 data="cudbg: chunk=8K chip=0x51 dev_log=log:2 reg_dump=set:332K;0x30b8=0x40000000;0x20004=0x12345678 vpd_data=text:PT01234567\x00+zero:14+text:110-1160-50\x00+zero:35+set:16 edc0=noise:20000 cctrl=set:1024;0,2=7"
manifest
EOF
vmcoredd redact dump -o clean
expect 1 vmcoredd decode clean > decoded 2> messages
grep -E 'PCIE_FW |fmt |increment\[0\]' decoded | head -4
grep ' ! ' decoded
vmcoredd extract clean -O > bytes
! grep -q PT01234567 bytes
