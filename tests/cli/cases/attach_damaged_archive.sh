# What does not match its checksum is not put into a vmcore, on no way.
make a <<'END2'
archive
dump name=a size=256
manifest
END2
make v <<'END2'
kdump
dump name=kernel size=1000
pages exist=0-63 dumped=0-31
END2
printf X | dd of=a bs=1 seek=$((0x1050)) conv=notrunc status=none
cp v v.orig
expect 1 vmcoredd attach v a
same v v.orig
expect 1 vmcoredd attach - a < v > passed_on
same v passed_on
