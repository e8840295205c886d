# Shown on a terminal once it takes long, and only there.
mkfifo pipe
slow() { head -c 100000 /dev/zero; sleep 0.8; head -c 100000 /dev/zero; sleep 0.3; echo; }
slow > pipe &
vmcoredd pack --file slow=pipe -o a
slow > pipe &
on_terminal vmcoredd pack --file slow=pipe -o b
wait
