# What cannot be printed is not passed off as printed.
make v <<'END'
elf
dump name=a size=16
END
expect 1 vmcoredd list v > /dev/full
expect 1 vmcoredd list v >&-
