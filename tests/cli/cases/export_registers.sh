# SPDX-License-Identifier: LGPL-2.1-or-later
# Images of registers as mstdump prints them, and back.
cat > in.txt <<'END'
0x00000000 0x00000001
0x00000004 0xdeadbeef
0x00000010 0x00000000
0x00001000 0x12345678
END
vmcoredd import --device pci/0000:00:05.0 --driver mlx5_core --region regs --snapshot live in.txt -o a.vmcoredd
vmcoredd export mstdump a.vmcoredd -o out
same in.txt out/*
expect 1 vmcoredd export mstdump a.vmcoredd -o out
vmcoredd export mstdump a.vmcoredd -f -o out
echo "-- names, and bytes that make no register"
printf '\001\000\000\000\002' > bytes
vmcoredd pack --file 'evil=bytes' --file ok=bytes -o b.vmcoredd
expect 1 vmcoredd export mstdump b.vmcoredd -o none
expect 1 vmcoredd export mstdump b.vmcoredd -s ok -o some
cat some/*
make hostile <<'END'
archive
dump name="../../evil" size=8
dump name="/tmp/x" size=8
dump name="same" size=8
dump name="same" size=8
manifest
END
vmcoredd export mstdump hostile -s '*' -o hostiles | sed 's/: .*//'
find . -name '*evil*' -o -name '*tmp*' | sort
echo "-- raw is extract"
vmcoredd export raw hostile -o raw | sed 's/: .*//'
vmcoredd extract hostile -o extracted > /dev/null
diff -r raw extracted
