# Of the kernel's dumps the exact length is not known. It stays so in archives, after
# attach, and with notes of other pages; checksums cover what was packed.
make v <<'TEXT'
kdump
dump name=kernel size=1000
vmcoreinfo OSRELEASE=6.1.0-test PAGESIZE=4096
pages exist=0-7 dumped=0-3
TEXT
make v64 <<'TEXT'
kdump page=65536
vmcoreinfo OSRELEASE=6.1.0-test PAGESIZE=65536
pages exist=0-7 dumped=0-3
TEXT
make plain <<'TEXT'
archive
dump name=kernel size=1000 describe=no
TEXT
lengths() { vmcoredd list --json "$@" | grep -E '"(file|length|size)"'; }
vmcoredd extract v -O > stored
vmcoredd pack v -o a
vmcoredd list a
vmcoredd pack a --compress -o z
vmcoredd attach --force v64 z
vmcoredd pack v64 -o again
lengths a z v64 again
for file in a z v64 again; do
  vmcoredd verify "$file"
  vmcoredd extract "$file" -O | cmp - stored
  vmcoredd show "$file" | head -n 1
done
# Attached from an archive that describes nothing.
vmcoredd attach --force v plain
lengths v
vmcoredd verify v || true
