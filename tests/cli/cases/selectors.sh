# The union of all selectors, in file order, each dump once.
make v <<'END'
elf
dump name=pci_0000:00:04.0 size=10
dump name=pci_0000:00:05.0 size=10
dump name=nvme_0000:00:06.0 size=10
dump name="odd\x1bname" size=10
dump name=7 size=10
END
show() { vmcoredd show v "$@" | grep bytes || true; }
show -s 2 -s 'pci_*' -s 0
show -s 'odd\x1bname'
show -s $'odd\x1bname' -s '[7]'
expect 1 vmcoredd show v -s 7 -s 'pci*'
expect 1 vmcoredd show v -s $'no\x1bne'
make many <<'END'
elf
dump name=many_{} count=20 size=10
END
expect 1 vmcoredd show many -s none
make none <<< kdump
expect 1 vmcoredd show none
