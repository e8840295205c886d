make a <<'END'
archive
dump name=pci_0000:00:04.0 size=256 m-source=pci
dump name=kernel size=10 describe=no
manifest
END
make v <<< 'kdump'
vmcoredd list --json a v
