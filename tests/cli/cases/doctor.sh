# SPDX-License-Identifier: LGPL-2.1-or-later
# Will the next crash carry device state? Each thing that can be wrong, alone.
need cpio
machine m
# What makes it right: memory, a loaded image with the installed collector.
echo $((256 << 20)) > m/sys/kernel/kexec_crash_size
echo 1 > m/sys/kernel/kexec_crash_loaded
mkdir -p m/sys/kernel/security m/usr/sbin m/var/lib/kdump i/usr/sbin i/scripts/init-top i/etc/vmcoredd \
  i/usr/lib/modules/6.1/kernel m/sys/module/e1000e
echo '[none] integrity confidentiality' > m/sys/kernel/security/lockdown
for driver in e1000e nvme ahci mlx5_core; do
  mkdir -p m/sys/module/$driver
  ln -s ../../../../module/$driver m/sys/bus/pci/drivers/$driver/module
done
version=$(vmcoredd --version | cut -d' ' -f2)
printf 'a program\0vmcoredd-collect %s\0' "$version" > m/usr/sbin/vmcoredd-collect
cp m/usr/sbin/vmcoredd-collect i/usr/sbin/
echo > i/scripts/init-top/00-vmcoredd
echo > i/usr/lib/modules/6.1/kernel/e1000e.ko.xz
ln -s vmcoredd-collect i/usr/sbin/link
image=m/var/lib/kdump/initrd.img
build() { (cd i && find . | LC_ALL=C sort | cpio -o -H newc --quiet) | gzip -c > $image; }
vmcoredd prepare --sysroot m --output i/etc/vmcoredd/collect.conf
build
vmcoredd record --sysroot m
# Free space is that of the machine the test runs on.
doctor() { { vmcoredd doctor --sysroot m || true; } | sed 's/ has [0-9]* MiB/ has N MiB/; s/^[a-z]* *target-space/any      target-space/; s/  */ /g'; }
changed() {
  doctor > now
  if cmp -s good now; then echo "nothing changed"; else { diff good now || true; } | grep '^[<>]'; fi
}
echo "-- all is well"
vmcoredd doctor --sysroot m > /dev/null
doctor | tee good
echo "-- no memory, not loaded"
echo 0 > m/sys/kernel/kexec_crash_size
echo 0 > m/sys/kernel/kexec_crash_loaded
expect 1 vmcoredd doctor --sysroot m > /dev/null
changed
echo $((64 << 20)) > m/sys/kernel/kexec_crash_size
echo 1 > m/sys/kernel/kexec_crash_loaded
echo "-- little memory"
changed
echo $((256 << 20)) > m/sys/kernel/kexec_crash_size
echo "-- the image: stripped, old, without it"
printf x >> m/usr/sbin/vmcoredd-collect
changed
printf 'vmcoredd-collect 0.0.1\0' > i/usr/sbin/vmcoredd-collect
build
changed
rm i/usr/sbin/vmcoredd-collect
build
changed
cp m/usr/sbin/vmcoredd-collect i/usr/sbin
echo "-- nothing starts it"
mv i/scripts/init-top/00-vmcoredd .
build
changed
mv 00-vmcoredd i/scripts/init-top/
truncate -s -1 m/usr/sbin/vmcoredd-collect
cp m/usr/sbin/vmcoredd-collect i/usr/sbin
echo "-- an old configuration in it, and none"
echo 5.9 > m/sys/class/nvme/nvme0/firmware_rev
build
changed
vmcoredd prepare --sysroot m --image $image --if-changed
changed
rm i/etc/vmcoredd/collect.conf
build
changed
vmcoredd prepare --sysroot m --output i/etc/vmcoredd/collect.conf
build
echo "-- each compression, with a segment behind it"
need zstd
(cd i && find . | LC_ALL=C sort | cpio -o -H newc --quiet) > plain
for pack in 'gzip -c' 'xz -c --check=crc32' 'zstd -qc' cat; do
  $pack < plain > $image
  vmcoredd prepare --sysroot m --image $image
  changed
done
build
echo "-- damaged and missing image"
cp $image keep
truncate -s 100 $image
changed
rm $image
changed
cp keep $image
echo "-- a dump path that is not known"
sed -i 's/ext4 .dev.mapper.vg-root rw/zfs rpool rw/; s/254:0/0:99/' m/proc/self/mountinfo
vmcoredd prepare --sysroot m --image $image
changed
sed -i 's/zfs rpool rw/ext4 \/dev\/mapper\/vg-root rw/; s/0:99/254:0/' m/proc/self/mountinfo
cp keep $image
echo "-- lockdown, Secure Boot, VFIO without IOMMU"
echo 'none [integrity] confidentiality' > m/sys/kernel/security/lockdown
changed
echo '[none] integrity confidentiality' > m/sys/kernel/security/lockdown
mkdir -p m/sys/firmware/efi/efivars m/etc/vmcoredd
printf '\6\0\0\0\1' > m/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
changed
rm -r m/sys/firmware
printf '[devices]\nvfio = ["0000:02:00.0"]\n[plugins]\npaths = ["/usr/lib/vmcoredd/plugins/mine"]\n' > m/etc/vmcoredd/vmcoredd.conf
changed
echo "-- a configuration with mistakes"
printf '[early]\ntimems = 1\n[x]\n' > m/etc/vmcoredd/vmcoredd.conf
changed
rm m/etc/vmcoredd/vmcoredd.conf
echo "-- watchdog, fencing"
mkdir -p m/sys/class/watchdog/watchdog0 m/etc/corosync
echo active > m/sys/class/watchdog/watchdog0/state
echo iTCO_wdt > m/sys/class/watchdog/watchdog0/identity
echo 5 > m/sys/class/watchdog/watchdog0/timeout
echo > m/etc/corosync/corosync.conf
changed
echo 'SBD_WATCHDOG_TIMEOUT=5' > m/etc/default/sbd
echo 30 > m/sys/class/watchdog/watchdog0/timeout
changed
rm -r m/etc/default/sbd m/sys/class/watchdog/watchdog0 m/etc/corosync
echo "-- the command line of the crash kernel"
echo 'KDUMP_CMDLINE_APPEND="reset_devices novmcoredd pcie_ports=compat"' >> m/etc/default/kdump-tools
changed
sed -i /APPEND/d m/etc/default/kdump-tools
echo "-- mlx4, and a driver that is built in"
ln -sfn ../../../bus/pci/drivers/mlx4_core m/sys/devices/pci0000:00/0000:00:04.0/driver
mkdir m/sys/bus/pci/drivers/mlx4_core
vmcoredd prepare --sysroot m --image $image --if-changed
changed
rm -r m/sys/bus/pci/drivers/mlx4_core m/sys/devices/pci0000:00/0000:00:04.0/driver
cp keep $image
echo "-- disabled, and acknowledged"
echo 'it crashed' > m/var/lib/vmcoredd/early-disabled
vmcoredd prepare --sysroot m --image $image
changed
vmcoredd doctor --sysroot m --acknowledge > /dev/null
vmcoredd prepare --sysroot m --image $image
changed
vmcoredd doctor --sysroot m --acknowledge > /dev/null
echo "-- JSON"
vmcoredd doctor --sysroot m --json > json
python3 - << 'END'
import json
document = json.load(open("json"))
print(document["schema"], len(document["checks"]), document["errors"], sorted(document["checks"][0]))
END
head -9 json
echo "-- not this machine at all"
mkdir empty
expect 1 vmcoredd doctor --sysroot empty
expect 3 vmcoredd doctor --sysroot m --config missing > /dev/null
