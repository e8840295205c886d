# Shown on a terminal once it takes long, and only there.
mkfifo pipe
slow() { head -c 100000 /dev/zero; sleep 0.8; head -c 100000 /dev/zero; sleep 0.3; echo; }
slow > pipe &
vmcoredd pack --file slow=pipe -o a
slow > pipe &
on_terminal vmcoredd pack --file slow=pipe -o b
make flat <<'END'
elf
dump name=a size=16
load size=1M data=random:1
flatten
END
{ head -c 500000 flat; sleep 0.8; tail -c +500001 flat; } > pipe &
on_terminal bash -c 'vmcoredd list - < pipe'
wait
