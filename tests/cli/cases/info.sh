make k <<'END'
kdump release=6.1.0-test machine=x86_64 nodename=host time=1700000000 cpus=2
dump name=a size=100 m-source=pci
note owner=CORE type=1 size=336
note owner=CORE type=1 size=336
vmcoreinfo OSRELEASE=6.1.0-test PAGESIZE=4096
manifest kind=pack
pages exist=0-7 dumped=0-3
END
vmcoredd info k
vmcoredd info --json k
