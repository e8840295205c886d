# SPDX-License-Identifier: LGPL-2.1-or-later
# Layouts: every mistake with its place, and what there is.
export HOME=$PWD XDG_CONFIG_HOME=$PWD
mkdir l
cat > l/good.toml <<'END'
schema = "vmcoredd-layout/1"
name = "test-good"
title = "good \u001b[31m"
sources = ["this test"]
root = "all"
[[match]]
dump = ["a_*", "b"]
pci = "15b3:*"
[[match]]
firmware = { key = "fw", from = "1.2" }
[struct.all]
fields = [{ name = "A" }, { name = "B", size = 2 }]
END
cat > bad.toml <<'END'
schema = "vmcoredd-layout/1"
name = "test-bad"
title = "bad"
sources = ["this test"]
root = "all"
[struct.all]
fields = [
  { name = "A", siez = 4 },
  { name = "B", at = "4 +" },
]
END
cat > linked.toml <<'END'
schema = "vmcoredd-layout/1"
name = "test-linked"
title = "bad"
sources = ["this test"]
root = "all"
[struct.all]
fields = [{ name = "A", type = "struct", struct = "test-good.all" }, { name = "B", at = "A.C" }]
END
# What it is for, without a name: bytes, or --layout alone.
mkdir m
for match in 'size = 64' 'magic = { text = "AB" }' '' ; do
  sed -e '/^\[\[match/,/^firmware/d' -e 's/test-good/test-other/' l/good.toml > m/other.toml
  test -z "$match" || printf '[[match]]\n%s\n' "$match" >> m/other.toml
  vmcoredd layout check m/other.toml
done
sed -e '/^\[\[match/,/^firmware/d' -e '/^root/d' l/good.toml > m/library.toml
vmcoredd layout check m/library.toml
# Mistakes of the last kind hide nothing.
sed 's/name = "B"/name = "B", at = 2/' l/good.toml > m/places.toml
expect 1 vmcoredd layout check m/places.toml
vmcoredd layout check l/good.toml
expect 1 vmcoredd layout check bad.toml
expect 1 vmcoredd layout check linked.toml bad.toml l/good.toml
expect 1 vmcoredd layout check nowhere.toml
expect 2 vmcoredd layout check
expect 2 vmcoredd layout
# The columns are as wide as the tree's longest name.
vmcoredd layout list --layouts l | grep -A1 '^test-' | tr -s ' '
vmcoredd layout list --layouts l --json | python3 -c '
import json, sys
top = json.load(sys.stdin)
assert top["schema"] == "vmcoredd-layouts/1"
assert {"igb", "nvme", "edu"} <= {layout["name"] for layout in top["layouts"]}
print([layout for layout in top["layouts"] if layout["name"] == "test-good"])'
echo "-- those of the tree have no mistakes"
vmcoredd layout list > /dev/null
echo "-- what came as a file is of whom its name says"
mkdir n
sed -e '/^\[\[match/,/^firmware/d' l/good.toml > n/nic.toml
printf '[[match]]\nsource = "nic"\ndriver = "nic"\n' >> n/nic.toml
printf '\1\0\0\0\2\0' > regs.bin
vmcoredd pack --file nic_0000:02:00.0=regs.bin -o nic.vmcoredd
vmcoredd decode --layouts n nic.vmcoredd
