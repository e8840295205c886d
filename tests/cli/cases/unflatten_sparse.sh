# A record far away makes a large file, not a large disk.
make flat <<'END'
elf
dump name=a size=16
flatten
record offset=64G data=text:end
END
vmcoredd unflatten flat out
test "$(stat -c %b out)" -lt 1000
tail -c 3 out
rm out
