make k <<'END'
kdump
dump name=a size=100000
pages exist=0-63 dumped=0-31
split at=16
END
make other <<'END'
elf
dump name=b size=16
load size=4K
END
vmcoredd list k.2 other k.1
vmcoredd list --json k.1 k.2
