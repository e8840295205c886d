make v <<'END'
elf
dump name=a size=16
load size=64M
flatten chunk=4K
END
vmcoredd list --leading --json v | grep complete
vmcoredd list --json v | grep complete
vmcoredd list --leading v
