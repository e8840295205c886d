# SPDX-License-Identifier: LGPL-2.1-or-later
# From a captured tree to what an analyst sees.
given vmcoredd-collect
tree=$SOURCE/tests/golden/sysfs-qemu
vmcoredd-collect capture --deadline-ms 30000 --sysroot "$tree" --spool spool
vmcoredd-collect save --spool spool --output crash.vmcoredd
vmcoredd list crash.vmcoredd
vmcoredd verify crash.vmcoredd
# The captured bytes are those of the tree where a capability was walked.
vmcoredd extract crash.vmcoredd -s 'pci_0000:01:00.0' -O > config
cmp -n 64 config "$tree/sys/bus/pci/devices/0000:01:00.0/config" && echo "the header is the same"
# A second capture does not destroy the first.
expect 3 vmcoredd-collect capture --deadline-ms 30000 --sysroot "$tree" --spool spool
expect 3 vmcoredd-collect save --spool spool --output crash.vmcoredd
vmcoredd-collect save --spool spool --output crash.vmcoredd --replace
