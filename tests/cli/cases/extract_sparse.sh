# Zeros take no space, and a folder that cannot be made is said once.
make v <<'END'
elf
dump name=zeros size=64M data=zero
dump name=more size=10
END
vmcoredd extract v -o out
rm out/more
test "$(stat -c %b out/zeros)" -lt 1000 && stat -c %s out/zeros
expect 1 vmcoredd extract v -o missing/out
