# SPDX-License-Identifier: LGPL-2.1-or-later
# Configuration spaces as lspci -xxxx prints them, and back.
given vmcoredd-collect
vmcoredd-collect capture --deadline-ms 30000 --sysroot "$SOURCE/tests/golden/sysfs-qemu" --spool spool 2> /dev/null
vmcoredd-collect save --spool spool --output a.vmcoredd 2> /dev/null
vmcoredd export lspci a.vmcoredd -o pci.txt
grep -c "^[0-9a-f]*:[0-9a-f]*:[0-9a-f]*\.[0-7] " pci.txt
sed -n 1,5p pci.txt
vmcoredd import pci.txt -o b.vmcoredd
for index in 0 1 2 3 4 5 6 7 8 9; do
  cmp <(vmcoredd extract a.vmcoredd -s $index -O) <(vmcoredd extract b.vmcoredd -s $index -O) || echo "$index differs"
done
vmcoredd export lspci a.vmcoredd -o - | cmp - pci.txt
echo "-- several archives: the same devices again"
expect 1 vmcoredd export lspci a.vmcoredd b.vmcoredd -s 'pci_0000:0[012]:0[05].0' -o two.txt
echo "-- an output that is there"
expect 1 vmcoredd export lspci a.vmcoredd -o pci.txt
vmcoredd export lspci a.vmcoredd -f -s 'pci_0000:02:*' -o pci.txt
echo "-- nothing that lspci could read"
expect 1 vmcoredd export lspci a.vmcoredd -s 'nvme*' -o none.txt
vmcoredd extract a.vmcoredd -s nvme_0000:02:00.0_controller -O > nvme
vmcoredd pack --file regs=nvme -o c.vmcoredd > /dev/null
expect 1 vmcoredd export lspci c.vmcoredd -o none.txt
ls
