# Nothing is overwritten, unless asked for, and the other dumps are written.
make v <<'END'
elf
dump name=a size=100
dump name=b size=100
END
mkdir out
echo mine > out/a
expect 1 vmcoredd extract v -o out
cat out/a
vmcoredd extract v -o out --force
cmp -n 100 out/a <(vmcoredd extract v -s a -O) && stat -c %s out/a
ls out
