# SPDX-License-Identifier: LGPL-2.1-or-later
# The dump path of a machine, and what keeps a device from being held.
machine m
prepare() { vmcoredd prepare --sysroot m "$@" | sed '/^time=/d; /^generator=/d; /^identity\./d'; }
echo "-- root on dm on NVMe"
prepare
only() { prepare "$@" | grep -E '^(hold|hold_reason|path)='; }
echo "-- another filesystem of fstab"
echo '/dev/sda /data ext4 defaults 0 2' >> m/etc/fstab
only
echo "-- which is mounted"
echo '30 27 8:0 / /data rw,relatime shared:9 - xfs /dev/sda rw' >> m/proc/self/mountinfo
only
echo "-- which cannot be found"
echo 'UUID=0000-1111 /gone ext4 defaults 0 2' >> m/etc/fstab
only
sed -i /gone/d m/etc/fstab
echo "-- NFS target: all network devices"
echo 'NFS="host:/export"' >> m/etc/default/kdump-tools
only
sed -i /NFS=/d m/etc/default/kdump-tools
echo "-- a service that waits for all network devices"
mkdir -p m/etc/systemd/system/network-online.target.wants
ln -s /nowhere m/etc/systemd/system/network-online.target.wants/systemd-networkd-wait-online.service
only
rm -r m/etc/systemd
echo "-- a target that only a shell can tell"
echo 'KDUMP_COREDIR="/srv/$(hostname)"' >> m/etc/default/kdump-tools
only
sed -i /KDUMP_COREDIR=.*srv/d m/etc/default/kdump-tools
echo "-- a filesystem that is not followed"
echo '31 27 0:40 / /tank rw,relatime - zfs tank rw' >> m/proc/self/mountinfo
only
sed -i /zfs/d m/proc/self/mountinfo
echo "-- Btrfs on two disks"
sed -i 's|^27 .*|27 1 0:30 /@ / rw,relatime shared:1 - btrfs /dev/mapper/vg-root rw|' m/proc/self/mountinfo
mkdir -p m/sys/fs/btrfs/u/devices
ln -s ../../../../devices/virtual/block/dm-0 m/sys/fs/btrfs/u/devices/dm-0
ln -s ../../../../devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda m/sys/fs/btrfs/u/devices/sda
sed -i /sda/d m/etc/fstab m/proc/self/mountinfo
only
echo "-- another kernel"
only --release 6.1.0-57-amd64
echo "-- a container"
touch m/.dockerenv
only
rm m/.dockerenv
echo "-- no kdump"
rm m/etc/default/kdump-tools
only
echo "-- RHEL, SUSE"
printf 'path /var/crash\ncore_collector makedumpfile -l\next4 /dev/sda\n' > m/etc/kdump.conf
only
mkdir m/etc/sysconfig
echo 'KDUMP_SAVEDIR="file:///var/crash"' > m/etc/sysconfig/kdump
only
echo 'KDUMP_SAVEDIR=ssh://root@host/var/crash' > m/etc/sysconfig/kdump
only
echo "-- the crash-loop guard"
mkdir -p m/var/lib/vmcoredd
echo 'a panic without a dump' > m/var/lib/vmcoredd/early-disabled
prepare | grep ^early
