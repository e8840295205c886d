make good <<'END'
archive
dump name=a size=1000
dump name=z size=100000 codec=zstd
manifest
dump name=kernel size=10
END
make bad <<'END'
archive
dump name=a size=1000
dump name=z size=100000 codec=zstd
manifest
poke dump0+100 u8:0x55
END
make cut <<'END'
elf
dump name=a size=1000
load size=64K
truncate end-1
END
make desc <<'END'
kdump
dump name=a size=16
pages exist=0-63 dumped=0-63
poke desc5 u64:0x7fffffffffff
END
vmcoredd verify good
expect 1 vmcoredd verify bad
expect 1 vmcoredd verify cut
expect 1 vmcoredd verify desc
expect 3 vmcoredd verify good missing
expect 1 vmcoredd verify --json good bad
