# A copy of the whole file is announced, and made only when somebody agrees.
make a <<'END'
archive
dump name=a size=256
manifest
END
make v <<'END'
elf
dump name=kernel size=1000
load size=1M data=random:1
END
cp v v.orig
expect 1 vmcoredd attach v a
same v v.orig
on_terminal --type n vmcoredd attach v a
same v v.orig
on_terminal --type y vmcoredd attach v a
vmcoredd list v
on_terminal --type y vmcoredd detach v
same v v.orig
ls
