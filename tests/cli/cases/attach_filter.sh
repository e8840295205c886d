# A flattened vmcore gets the dumps on its way through a pipe.
make a <<'END'
archive
dump name=a size=100000
manifest
END
make flat <<'END'
kdump
dump name=kernel size=1000
vmcoreinfo OSRELEASE=6.1.0-test
pages exist=0-63 dumped=0-31
flatten
END
cat flat | vmcoredd attach - a | cat > out
vmcoredd list out
vmcoredd verify out
vmcoredd unflatten out plain
vmcoredd list plain
vmcoredd detach out
same flat out

# Whatever goes wrong, the vmcore comes through.
expect 3 vmcoredd attach - missing < flat > out2
same flat out2
make elf <<'END'
elf
dump name=kernel size=1000
load size=1M
END
expect 1 vmcoredd attach - a < elf > out3
same elf out3
# makedumpfile before 1.7.6 writes the real headers last.
for reserve in no yes; do
  { cat <<'END'; echo flatten order=makedumpfile chunk=4096 reserve=$reserve; } | make flat-elf
elf
dump name=kernel size=1000
load size=1M
END
  expect 1 vmcoredd attach - a < flat-elf > out5
  same flat-elf out5
done
head -c 20000 flat > cut
expect 1 vmcoredd attach - a < cut > out4
same cut out4
on_terminal vmcoredd attach - a
