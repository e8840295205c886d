# SPDX-License-Identifier: LGPL-2.1-or-later
# The configuration: every mistake is told with its place, and then nothing is written.
machine m
cat > good.conf <<'END'
[early]
bars = false
time_ms = 500
[hold]
also = ["0000:00:1f.3"]
never = ["0000:02:00.0"]
[budget]
allow = "side-effect"
compress = false
[devices]
skip = ["0000:00:04.0"]
vfio = ["0000:02:00.0"]
[plugins]
paths = ["/usr/lib/vmcoredd/plugins/my nic"]
[plugins.options]
"mlx5.crspace" = true
virtio-pci.x = 7
[[generic]]
device = "10ee:9038"
bar = 0
ranges = ["0x0,16", "0x1000,4,8"]
name = "fifo"
[[generic]]
device = "0000:02:00.0"
bar = 2
ranges = ["4096,1"]
early = true
class = "passive"
END
vmcoredd prepare --sysroot m --config good.conf --output c
grep -E '^(early|allow|compress|skip|vfio|plugin|option|hold)' c
cat > bad.conf <<'END'
colour = "red"
[early]
enabeld = true
time_ms = "fast"
[hold]
also = ["eth0", 7]
enabled = 1
[budget]
allow = "everything"
device_bytes = -1
[[generic]]
device = "eth0"
bar = 6
ranges = ["0x0", "a,b", "1,2,3,4", "0,4"]
name = "a/b"
width = 4
[[generic]]
[surprise]
[plugins.options]
nodot = 1
"a.b" = 1.5
"a.c" = "two\nlines"
END
expect 3 vmcoredd prepare --sysroot m --config bad.conf --output not-written
printf '[early\nenabled = true\n' > syntax.conf
expect 3 vmcoredd prepare --sysroot m --config syntax.conf --output not-written
printf 'x = "\xff"\n' > utf8.conf
expect 3 vmcoredd prepare --sysroot m --config utf8.conf --output not-written
printf '[&]\n' > key.conf
expect 3 vmcoredd prepare --sysroot m --config key.conf --output not-written
printf '[\303\244]\n' > letter.conf
expect 3 vmcoredd prepare --sysroot m --config letter.conf --output not-written
expect 3 vmcoredd prepare --sysroot m --config missing.conf --output not-written
mkdir -p m/etc/vmcoredd
cp bad.conf m/etc/vmcoredd/vmcoredd.conf
expect 3 vmcoredd prepare --sysroot m --output not-written 2> /dev/null
cp good.conf m/etc/vmcoredd/vmcoredd.conf
vmcoredd prepare --sysroot m | grep early_ms
[ ! -e not-written ] && echo "nothing was written"
# The shipped file says what is built in: with every comment sign of a key removed,
# it compiles to the same.
rm m/etc/vmcoredd/vmcoredd.conf
shipped=$SOURCE/collector/setup/vmcoredd.conf
sed 's/^#\([a-z_]* = \)/\1/' "$shipped" > all.conf
vmcoredd prepare --sysroot m | grep -v ^time= > defaults
vmcoredd prepare --sysroot m --config all.conf | grep -v ^time= > with-all
vmcoredd prepare --sysroot m --config "$shipped" | grep -v ^time= > with-shipped
same defaults with-all
same defaults with-shipped
