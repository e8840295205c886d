# What is there is shown, what is missing is said.
make v <<'END'
elf
dump name=whole size=5000
dump name=cut size=50000
dump name=gone size=5000
load size=64K
truncate dump1+20000
END
expect 1 vmcoredd list v
