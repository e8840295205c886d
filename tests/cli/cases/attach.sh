# Attached dumps are seen in every container, and detach gives the file back.
make a <<'END'
archive
dump name=pci_0000:00:04.0 size=256 m-source=pci
dump name=z size=100000 codec=zstd
manifest
END
content='dump name=kernel size=1000
vmcoreinfo OSRELEASE=6.1.0-test PAGESIZE=4096'
{ echo kdump; echo "$content"; echo pages exist=0-63 dumped=0-31; } | make kdump
{ echo kdump; echo "$content"; echo pages exist=0-63 dumped=0-31; echo flatten; } | make flat
{ echo elf; echo "$content"; echo load size=1M data=random:1; } | make elf
{ echo elf; echo "$content"; echo load size=1M data=random:1; echo flatten; } | make flat-elf
vmcoredd extract a -o in > /dev/null
for v in kdump flat elf flat-elf; do
  cp $v $v.orig
  vmcoredd attach --yes $v a
  vmcoredd list $v
  vmcoredd verify $v
  vmcoredd extract $v -o out.$v > /dev/null
  same in/z out.$v/z
  same in/pci_0000:00:04.0 out.$v/pci_0000:00:04.0
  vmcoredd detach --yes $v
  same $v $v.orig
  expect 1 vmcoredd detach --yes $v
done
vmcoredd info kdump | grep device
