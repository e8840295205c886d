# The checksum of compressed data stands at its end: whoever gives payloads out
# looks at it, also when all that was asked for is far before it.
need python3 && need zstd && need lz4
for how in gzip bzip2 xz zstd lz4; do
  make $how <<END
elf
dump name=x size=100000 data=random:1
load size=300K data=random:2
compress $how
poke end-5 u8:0x41
END
  echo "== $how"
  expect 1 vmcoredd extract $how -o $how.out 2>&1
  expect 1 vmcoredd show $how --length 16 2>&1
  expect 1 vmcoredd pack $how -o $how.vmcoredd 2>&1
  expect 1 vmcoredd extract $how -O 2>&1 > piped
  expect 1 vmcoredd extract - -O < $how 2>&1 > piped
  expect 0 vmcoredd list $how
  expect 1 vmcoredd verify $how 2>&1
done
grep -a -o "the compressed file[a-z ]*" gzip.vmcoredd

# Cut off far behind the notes.
make cut <<'END'
elf
dump name=x size=100000 data=random:1
load size=300K data=random:2
compress gzip
truncate 300000
END
expect 1 vmcoredd extract cut -o cut.out

# A payload that matches its own checksum is right, whatever is around it.
make archive <<'END'
archive
dump name=sure size=1000
manifest
dump name=unsure size=1000
compress gzip
poke end-5 u8:0x41
END
expect 0 vmcoredd extract archive -o sure -s sure
expect 1 vmcoredd extract archive -o unsure
make v <<'END'
elf
load size=4K
END
expect 1 vmcoredd attach -y v archive
expect 0 vmcoredd list v
