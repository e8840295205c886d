# SPDX-License-Identifier: LGPL-2.1-or-later
# What the real lspci makes of exports: the same devices, and every byte of them.
given vmcoredd-collect
need lspci
tree=$SOURCE/tests/golden/sysfs-qemu
vmcoredd-collect capture --deadline-ms 30000 --sysroot "$tree" --option pci.full=1 --spool spool 2> /dev/null
vmcoredd-collect save --spool spool --output a.vmcoredd 2> /dev/null
vmcoredd export lspci a.vmcoredd -o pci.txt
vmcoredd export sysfs a.vmcoredd -o exported
lspci -F pci.txt -Dnxxxx > again.txt
same pci.txt again.txt
shown() { lspci -O "sysfs.path=$1/sys/bus/pci" "${@:2}" 2> messages; grep -v libkmod messages || true; }
shown "$tree" -nxxxx > first
shown exported -nxxxx > second
same first second
shown "$tree" -nnt > first
shown exported -nnt > second
same first second
# With everything: but for sizes of BARs without an image and interrupts, which configuration
# space does not have, and drivers' modules.
facts() { shown "$1" -nvvv | sed -e 's/ \[size=.*//; s/ routed to IRQ.*//' -e '/ROM at\|Kernel modules\|behind bridge/d'; }
facts "$tree" > first
facts exported > second
same first second
diff first second | head
lspci -F pci.txt -nvvv > third 2> messages && grep -c Capabilities third
