# Every dump of a name that is not unique has its index in its file's name, the
# same whichever are selected.
make v <<'END'
elf
dump name=a size=10
dump name=b size=10
dump name=a size=20
dump name=a.2 size=30
dump name="" size=10
dump name=unnamed size=10
END
vmcoredd extract v -o all
vmcoredd extract v -o some -s 2 -s 3
