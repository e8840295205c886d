# What cannot be written is said of the file that could not take it, and leaves
# nothing behind.
make v <<'END'
elf
dump name=a size=1M
load size=4K
END
make flat <<'END'
elf
dump name=a size=1M
load size=4K
flatten
END
expect 1 vmcoredd extract v -O > /dev/full
mkdir out
(
  ulimit -f 100
  expect 1 vmcoredd extract v -o out
  expect 1 vmcoredd pack v -o archive
  expect 1 vmcoredd unflatten flat plain
)
ls -A . out
