# Zeros take no space, and a folder that cannot be made is said once a dump.
make v <<'END'
elf
dump name=zeros size=64M data=zero
END
vmcoredd extract v -o out
test "$(stat -c %b out/zeros)" -lt 1000 && stat -c %s out/zeros
expect 1 vmcoredd extract v -o missing/out
