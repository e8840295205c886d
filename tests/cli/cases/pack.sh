# Dumps of vmcores and archives and plain files, with what is known of them.
make v <<'END'
elf
dump name=kernel size=1000
dump name=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa size=10
dump name="" size=10
vmcoreinfo OSRELEASE=6.1.0-test PAGESIZE=4096
load size=4K
END
make a <<'END'
archive
dump name=pci_0000:00:04.0 size=256 m-source=pci
dump name=z size=100000 codec=zstd
manifest release=6.1.0-test
END
head -c 5000 /dev/zero | tr '\0' r > raw
vmcoredd pack v a --file raw_0=raw -o all.vmcoredd
vmcoredd list all.vmcoredd
vmcoredd verify all.vmcoredd
vmcoredd info --json all.vmcoredd v | grep -E '"(kind|crash|release|dumps)"'
vmcoredd extract all.vmcoredd -s raw_0 -s z -o out > /dev/null
cmp out/raw_0 raw
cmp out/z <(vmcoredd extract a -s z -O)

vmcoredd pack all.vmcoredd -s 'pci*' -s raw_0 --compress -o some.vmcoredd
vmcoredd list some.vmcoredd
vmcoredd list --json some.vmcoredd | grep source
stat -c %a some.vmcoredd
vmcoredd pack --file piped=- -o piped.vmcoredd < raw
cmp raw <(vmcoredd extract piped.vmcoredd -O)
need readelf
readelf -n piped.vmcoredd | grep -c LINUX
