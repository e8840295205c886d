make flat <<'END'
elf
dump name=a size=100000
flatten
truncate marker
END
make whole <<'END'
elf
dump name=a size=100000
END
expect 1 vmcoredd unflatten flat out
expect 1 vmcoredd unflatten flat out --force
same whole out
make cut <<'END'
elf
dump name=a size=100000
flatten
truncate marker-50000
END
expect 1 vmcoredd unflatten cut out2
expect 1 vmcoredd unflatten cut out2 --force
ls
