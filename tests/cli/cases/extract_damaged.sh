# A wrong checksum and a truncated dump are written, and said, with exit code 1.
make bad <<'END'
archive
dump name=good size=100
dump name=changed size=100
manifest
poke dump1+70 u8:0x55
END
expect 1 vmcoredd extract bad -o out
make cut <<'END'
elf
dump name=whole size=100
dump name=cut size=50000
dump name=gone size=100
truncate dump1+20000
END
expect 1 vmcoredd extract cut -o out2 --json
stat -c '%s %n' out2/*
make frame <<'END'
archive
dump name=z size=100000 codec=zstd
manifest
poke dump0+64 u32:0
END
expect 1 vmcoredd extract frame -o out3
expect 0 vmcoredd extract frame -o out3 --stored
