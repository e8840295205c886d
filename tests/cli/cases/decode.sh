# SPDX-License-Identifier: LGPL-2.1-or-later
# What a dump means, by a layout of one's own; exit 0 with nothing to look at, 1 with something.
export HOME=$PWD XDG_CONFIG_HOME=$PWD/config
mkdir -p config/vmcoredd/layouts more
cat > config/vmcoredd/layouts/nic.toml <<'END'
schema = "vmcoredd-layout/1"
name = "test-nic"
title = "a card\u001b[31m"
sources = ["this test"]
root = "registers"
[[match]]
dump = "nic_*"
[struct.registers]
fields = [
  { name = "CTRL", bits = { RST = { at = 26, bad = { severity = "warning", text = "in reset", next = "wait" } }, FD = 0 } },
  { name = "STATE", enum = { 0 = "down", 1 = "up" } },
  { name = "NAME", type = "text", size = 8 },
  { name = "RETA", count = 8, volatile = true },
]
END
make v <<'END'
archive
dump name=nic_1 size=48 data="hex:010000000100000065746800000000000000000000000000000000000000000000000000000000000000000000000000"
dump name=nic_2 size=48 data="hex:0000000407000000621b5b6d000000000101010101010101010101010101010101010101010101010101010101010101" m-holes='json:[{"offset":"32","size":"8","reason":"bus error"}]'
dump name=other size=16 data=zero
manifest
END
echo "-- healthy"
vmcoredd decode v -s nic_1
echo "-- all of it"
vmcoredd decode v -s nic_1 --all
echo "-- something to look at, and no layout"
expect 1 vmcoredd decode v
echo "-- findings only"
expect 1 vmcoredd decode v --findings
vmcoredd decode v --findings -s nic_1
echo "-- a layout by name; one that is not there"
vmcoredd decode v -s nic_1 --layout test-nic --findings
expect 1 vmcoredd decode v -s nic_1 --layout nothing
echo "-- one of the command line counts more than the user's"
sed 's/CTRL/CONTROL/' config/vmcoredd/layouts/nic.toml > more/nic.toml
vmcoredd decode v -s nic_1 --layouts more | head -2
echo "-- a directory that is not there; a layout with mistakes is left out, and said"
expect 1 vmcoredd decode v -s other --layouts nowhere
echo 'x = ' > more/bad.toml
expect 1 vmcoredd decode v -s other --layouts more
echo "-- cut"
truncate -s 4174 v
expect 1 vmcoredd decode v -s 0
expect 1 vmcoredd decode v -s 0 --all
