# SPDX-License-Identifier: LGPL-2.1-or-later
# A tree like /sys, of which a capture gives the same dumps.
given vmcoredd-collect
# take TREE ARCHIVE [OPTION...]
take() {
  rm -rf spool
  vmcoredd-collect capture --deadline-ms 30000 --sysroot "$1" --spool spool "${@:3}" || true
  vmcoredd-collect save --spool spool --output "$2"
}
# compare A B: dumps that both have
compare() {
  vmcoredd list "$1" | awk 'NR > 1 { print $NF }' | sort > first
  vmcoredd list "$2" | awk 'NR > 1 { print $NF }' | sort > second
  diff first second || true
  comm -12 first second > both
  wc -l < both
  while read -r name; do
    cmp <(vmcoredd extract "$1" -s "$name" -O) <(vmcoredd extract "$2" -s "$name" -O) ||
      echo "$name differs"
  done < both
}
take "$SOURCE/tests/golden/sysfs-qemu" a.vmcoredd
vmcoredd export sysfs a.vmcoredd -o tree
echo "-- captured again: virtio says where its registers are in what is not read by default"
take tree b.vmcoredd
compare a.vmcoredd b.vmcoredd
echo "-- with all of configuration space"
take "$SOURCE/tests/golden/sysfs-qemu" full.vmcoredd --option pci.full=1
vmcoredd export sysfs full.vmcoredd -o full
take full again.vmcoredd --option pci.full=1
compare full.vmcoredd again.vmcoredd
echo "-- the tree"
find tree -type l | sort | while read -r link; do echo "$link -> $(readlink "$link")"; done
find tree -xtype l
stat -c '%a %n' tree tree/sys/bus/pci/devices/0000:00:00.0/config
echo "-- in the way"
expect 1 vmcoredd export sysfs a.vmcoredd -f -o tree
mkdir empty other.partial
vmcoredd export sysfs a.vmcoredd -o empty -s 'pci_0000:01:*'
expect 1 vmcoredd export sysfs a.vmcoredd -o other
expect 1 vmcoredd export sysfs a.vmcoredd -s 'nvme*' -o nothing
ls
