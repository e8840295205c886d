# SPDX-License-Identifier: LGPL-2.1-or-later
# A device that stands in for a ConnectX-5, whose BAR 0 is its BAR 1.
given vmcoredd-collect
cp -r "$SOURCE/tests/golden/sysfs-qemu" tree
device=tree/sys/bus/pci/devices/0000:01:00.0
{
  echo 0x00000000fe840000 0x00000000fe85ffff 0x0000000000040200
  echo 0x00000000fe860000 0x00000000fe87ffff 0x0000000000040200
  for _ in 2 3 4 5 6; do echo 0x0000000000000000 0x0000000000000000 0x0000000000000000; done
} > "$device/resource"
"$SOURCE/tests/support/make_bar" --size 128K --set 0x23c=0x10000 --set 0x3068=0 \
  "$SOURCE/driver-plugins/mlx5/fixture/bar0.txt" "$device/resource1"
as="--option id.0000:01:00.0=15b3:1017 --option bar.0000:01:00.0=0:1"
vmcoredd-collect plan --deadline-ms 30000 --sysroot tree $as | grep mlx5
vmcoredd-collect capture --deadline-ms 30000 --sysroot tree $as --spool spool 2> /dev/null
vmcoredd-collect save --spool spool --output live.vmcoredd 2> /dev/null
vmcoredd list live.vmcoredd | awk '/mlx5/ { print $4, $5 }'
vmcoredd show live.vmcoredd -s 'mlx5_*_iseg' --offset 0x200 --length 0x40 | tail -n +2
grep -a -o 'looked at as 15b3:1017' live.vmcoredd | sort -u
# What makes no sense costs nothing of the device under its own ids.
vmcoredd-collect capture --deadline-ms 30000 --sysroot tree --option id.0000:01:00.0=15b3 \
  --spool spool2 2> /dev/null
expect 1 vmcoredd-collect save --spool spool2 --output own.vmcoredd 2> said
grep -o '^vmcoredd-collect: pci_.*' said
vmcoredd list own.vmcoredd | grep -c 'pci_0000:01:00.0$'
# A dump that fails says why.
expect 1 vmcoredd-collect capture --deadline-ms 30000 --sysroot tree --allow side-effect \
  --option id.0000:01:00.0=1425:5401 --option bar.0000:01:00.0=0:1 --spool spool3 2> said
grep cxgb4 said
