make v <<'END'
elf
dump name=kernel size=1000
vmcoreinfo OSRELEASE=6.1.0-test
load size=4K
END
make w <<'END'
kdump
dump name=kernel size=1000
vmcoreinfo OSRELEASE=6.1.0-test
pages exist=0-63 dumped=0-31
END
vmcoredd pack v --file extra=v -s kernel -o a
vmcoredd attach w a
vmcoredd info w | grep crash
