# SPDX-License-Identifier: LGPL-2.1-or-later
# The newest baseline of a machine against what was captured of it later.
export HOME=$PWD XDG_CONFIG_HOME=$PWD
cp -r "$SOURCE/tests/golden/sysfs-qemu" m
chmod -R u+w m
mkdir -p m/proc/sys/kernel
echo 6.1.0-test > m/proc/sys/kernel/osrelease
make v <<'END'
archive
dump name=raw size=16 data=zero
manifest
END
expect 3 vmcoredd diff v --baseline --sysroot m
vmcoredd baseline --sysroot m > log 2>&1 || cat log
vmcoredd capture --sysroot m -o now > log 2>&1 || cat log
echo "-- nothing has changed"
vmcoredd diff now --baseline --sysroot m
echo "-- the card's command register has; and what only one of them has"
printf '\x02' | dd of=m/sys/bus/pci/devices/0000:01:00.0/config bs=1 seek=4 conv=notrunc status=none
vmcoredd capture --sysroot m -o later > log 2>&1 || cat log
expect 1 vmcoredd diff later --baseline --sysroot m
expect 1 vmcoredd diff v --baseline --sysroot m | tail -2
