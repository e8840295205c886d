for kind in elf kdump; do
  { echo $kind; echo dump name=a size=100000; } > text
  [ $kind = elf ] && echo load size=1M data=random:1 >> text
  [ $kind = kdump ] && echo pages exist=0-63 dumped=0-63 >> text
  make $kind < text
  for order in makedumpfile reverse shuffle:7; do
    { cat text; echo flatten order=$order decoys=yes; } | make flat
    vmcoredd unflatten flat out --force
    same $kind out
    cat flat | vmcoredd unflatten - piped --force
    same $kind piped
    gzip -c flat > flat.gz
    vmcoredd unflatten flat.gz unpacked --force
    same $kind unpacked
  done
done
stat -c %a out
expect 1 vmcoredd unflatten flat out
expect 3 vmcoredd unflatten elf out2
expect 3 vmcoredd unflatten missing out2
ls
