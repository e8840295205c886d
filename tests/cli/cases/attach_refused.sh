# What would put evidence at risk or confuse it is refused, and changes nothing.
make a <<'END'
archive
dump name=a size=256
manifest crash=0123456789abcdef0123456789abcdef capture-id=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
END
make damaged <<'END'
archive
dump name=a size=256
manifest
truncate dump0+100
END
make v <<'END'
kdump
dump name=kernel size=1000
vmcoreinfo OSRELEASE=6.1.0-test
pages exist=0-63 dumped=0-31
END
cp v v.orig
expect 1 vmcoredd attach v a
expect 1 vmcoredd attach v damaged
expect 3 vmcoredd attach v v
expect 3 vmcoredd attach v missing
expect 3 vmcoredd attach missing a
expect 1 vmcoredd attach a a
expect 1 vmcoredd detach v
same v v.orig
vmcoredd attach --force v a
cp v v.once
expect 1 vmcoredd attach --force v a
vmcoredd pack a -o again > /dev/null
expect 1 vmcoredd attach --force v again
same v v.once
gzip -k v
expect 1 vmcoredd attach --force v.gz a
head -c "$(($(stat -c %s v.orig) / 2))" v.orig > half
cp half half.orig
expect 1 vmcoredd attach --force half a
same half half.orig
