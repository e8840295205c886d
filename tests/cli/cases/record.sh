# SPDX-License-Identifier: LGPL-2.1-or-later
# The identity record, written on change only, and in the text of the crash kernel.
machine m
state=m/var/lib/vmcoredd
vmcoredd record --sysroot m
sed 's/^time=.*/time=/' $state/identity
vmcoredd prepare --sysroot m | grep -c ^identity.
echo "-- nothing changed, another boot"
cp $state/identity first
echo 11111111-89ab-cdef-0123-456789abcdef > m/proc/sys/kernel/random/boot_id
vmcoredd record --sysroot m
same first $state/identity
ls $state
echo "-- new firmware"
echo 5.2.4 > m/sys/class/nvme/nvme0/firmware_rev
vmcoredd record --sysroot m
same first $state/identity.previous
grep firmware $state/identity
vmcoredd record --sysroot m --output - | grep firmware
echo "-- an orderly end"
vmcoredd record --sysroot m --disarm
ls $state
vmcoredd record --sysroot m --disarm
expect 2 vmcoredd record --sysroot m --disarm --output x 2> /dev/null
echo "-- hostile names"
printf 'evil\033[31m\nidentity.x=y' > m/sys/class/nvme/nvme0/firmware_rev
vmcoredd record --sysroot m
grep evil $state/identity
echo "-- no devices at all"
mkdir empty
vmcoredd record --sysroot empty
grep -v ^time= empty/var/lib/vmcoredd/identity
