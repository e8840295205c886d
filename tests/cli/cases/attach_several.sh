# One command is one attach, which one detach undoes.
make a <<'END'
archive
dump name=a size=256
manifest capture-id=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
END
make b <<'END'
archive
dump name=b size=256
dump name=a size=100
manifest capture-id=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
END
make plain <<'END'
archive
dump name=plain size=256
END
make v <<'END'
kdump
dump name=kernel size=1000
vmcoreinfo OSRELEASE=6.1.0-test
pages exist=0-63 dumped=0-31
END
cp v v.orig
vmcoredd attach v a b
vmcoredd attach v plain
vmcoredd list v
vmcoredd verify v
vmcoredd detach v
vmcoredd list --json v | grep '"name"'
vmcoredd detach v
same v v.orig
