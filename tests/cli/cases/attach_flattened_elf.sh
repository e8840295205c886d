# A flattened ELF is written anew with its memory moved; detach gives back every record.
make a <<'END'
archive
dump name=a size=256
dump name=z size=100000 codec=zstd
manifest capture-id=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
END
make b <<'END'
archive
dump name=b size=5000
manifest capture-id=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
END
vmcoredd extract a -o in > /dev/null
# As makedumpfile writes it, old (real headers last) and new; any order of records; one
# record of headers, notes and memory; both classes and byte orders.
# How much is written depends on the holes that the filesystem makes.
attach() { vmcoredd attach -y "$@" | sed 's/, [0-9]* bytes written//'; }
round_trip() {
  echo "== $1"
  make v <<END
elf $2
dump name=kernel size=1000
vmcoreinfo OSRELEASE=6.1.0-test PAGESIZE=4096
load paddr=0 size=300K data=random:1
load paddr=0x1000000 size=9K data=random:2
flatten $3
END
  cp v orig
  attach v a
  cp v once
  attach v b
  vmcoredd list v
  vmcoredd verify v | tail -n 1
  rm -rf out && vmcoredd extract v -o out > /dev/null
  same in/a out/a
  same in/z out/z
  # The plain file, as attach to the plain ELF gives it.
  rm -f plain && vmcoredd unflatten once plain > /dev/null
  vmcoredd verify plain | tail -n 1
  vmcoredd list plain | sum > sum.plain
  rm -f elf && vmcoredd unflatten orig elf > /dev/null
  attach elf a > /dev/null
  vmcoredd list elf | sum > sum.elf
  same sum.plain sum.elf
  vmcoredd detach -y v
  same v once
  vmcoredd detach -y v
  same v orig
  expect 1 vmcoredd detach -y v
}
{
round_trip old-makedumpfile "" "order=makedumpfile chunk=64K reserve=yes"
round_trip new-makedumpfile "page=4" "order=makedumpfile chunk=64K"
round_trip shuffled "" "order=shuffle:4 chunk=1000 decoys=yes"
round_trip one-record "" "chunk=1M"
round_trip elf32 "class=32 machine=i686" "order=reverse chunk=4096"
round_trip big-endian "class=64 order=be machine=s390x" "chunk=4096"
round_trip elf32-big-endian "class=32 order=be machine=ppc" "chunk=3000"
} 2> words
sed 's/file of .*/file/' words | sort | uniq -c

# Nothing is written without a word of agreement.
expect 1 vmcoredd attach v a 2>&1 | sed 's/file of .*:/file:/'
same v orig
# What follows the end marker is not ours to judge; the way out is said.
echo junk >> v
expect 1 vmcoredd attach -y v a
truncate -s "$(stat -c %s orig)" v
same v orig
ls
