# SPDX-License-Identifier: LGPL-2.1-or-later
# A device that is gone, a plugin from outside, and one that is none.
given vmcoredd-collect
given vmcoredd-plugin-example
cp -r "$SOURCE/tests/golden/sysfs-qemu" tree
head -c 4096 /dev/zero | tr '\0' '\377' > "tree/sys/bus/pci/devices/0000:02:00.0/config"
plugin=$(sed -n 's/^exec *"\([^"]*\)".*/\1/p' "$(command -v vmcoredd-plugin-example)")
vmcoredd-collect plugins --deadline-ms 30000 --plugin "$plugin" | sed 's|/.*/||' |
  grep -E '^(pci|example) '
expect 1 vmcoredd-collect plan --deadline-ms 30000 --sysroot tree --plugin "$plugin"
expect 1 vmcoredd-collect plan --deadline-ms 30000 --sysroot tree --plugin /nonexistent > /dev/null
expect 1 vmcoredd-collect capture --deadline-ms 30000 --sysroot tree --spool spool --plugin "$plugin"
vmcoredd-collect save --spool spool --output crash.vmcoredd
vmcoredd list crash.vmcoredd | tail -n 3
