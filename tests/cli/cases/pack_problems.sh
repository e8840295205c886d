make v <<'END'
elf
dump name=whole size=100
dump name=cut size=50000
truncate end-40000
END
expect 1 vmcoredd pack v -o a
vmcoredd list a
expect 1 vmcoredd pack v -o a
expect 1 vmcoredd pack v -s none -o b
expect 3 vmcoredd pack --file x=missing -o b
expect 1 vmcoredd pack --file x=v -o missing/b
ls
vmcoredd pack v -s whole --force -o a 2> /dev/null || true
vmcoredd list a
