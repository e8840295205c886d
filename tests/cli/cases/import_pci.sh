# SPDX-License-Identifier: LGPL-2.1-or-later
# Bytes in a file, and what they are of: enough for a layout that goes by PCI ids or class.
printf '\355\000\000\001\207\251\313\355' > registers
head -c 152 /dev/zero >> registers
raw() { vmcoredd import --format raw --source generic --device pci/0000:00:04.0 --force "$@" registers -o v; }
raw
vmcoredd decode v
raw --pci 1234:11E8 --class 00FF00
vmcoredd decode v | head -n 6
mkdir layouts
cat > layouts/other.toml << 'END'
schema = "vmcoredd-layout/1"
name = "other"
title = "by its class"
sources = ["nobody"]
root = "all"
[[match]]
class = "00ff"
[struct.all]
fields = [{ name = "ALL" }]
END
raw --class 00ff00
vmcoredd decode v --layouts layouts | head -n 2
expect 2 raw --pci 1234
expect 2 raw --pci 1234:11eg
expect 2 raw --class ff
