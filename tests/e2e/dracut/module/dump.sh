# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# Stands in for kdump-utils' kdump.sh, and after it for SUSE's kdump-save: the same
# hooks at the same moments, and the same calls of the core collector. dracut
# sources this; it does not return.
mark() { echo "e2e: $*" >/dev/kmsg; }
fail() {
  echo "e2e-fail: $*" >/dev/kmsg
  echo b >/proc/sysrq-trigger
}
mark "crash-before-dump $(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo) kB available"

mkdir -p /kdumproot /kdump
mount -t ext4 -o rw /dev/vda /kdumproot || fail "mounting the target"
e2e=/kdumproot/var/e2e
mkdir -p "$e2e"
cp -a /run/vmcoredd "$e2e/run-vmcoredd"
for device in /sys/bus/pci/devices/*; do
  driver=$(ls -l "$device/driver" 2>/dev/null)
  echo "${device##*/} ${driver##*/} $(cat "$device/driver_override")"
done >"$e2e/drivers-before-savecore"

for script in /etc/kdump/pre.d/*; do
  "$script" || fail "$script: exit code $?"
done
mark crash-pre.d

# A target with a filesystem: the core collector is told the file.
dir=/kdumproot/var/crash/127.0.0.1-2026-01-01-00:00:00
mkdir -p "$dir"
vmcoredd-makedumpfile -c --message-level 7 -d 31 /proc/vmcore "$dir/vmcore-incomplete" >"$e2e/fs.log" 2>&1 ||
  fail "vmcoredd-makedumpfile: exit code $?"
mv "$dir/vmcore-incomplete" "$dir/vmcore"
mark crash-fs

# ssh and raw: a stream, beside makedumpfile's own.
vmcoredd-makedumpfile -c --message-level 0 -d 31 -F /proc/vmcore 2>"$e2e/stream.log" >"$e2e/vmcore.flat" ||
  fail "vmcoredd-makedumpfile -F: exit code $?"
mark crash-stream
makedumpfile -c --message-level 0 -d 31 -F /proc/vmcore >"$e2e/plain.flat" 2>"$e2e/plain.log" ||
  fail "makedumpfile -F: exit code $?"
mark crash-plain

for script in /etc/kdump/post.d/*; do
  "$script" 0 || fail "$script: exit code $?"
done
mark crash-post.d

# SUSE: another configuration, the target below /kdump/mnt.
mkdir -p /kdump/mnt
mount --bind /kdumproot /kdump/mnt || fail "mounting for SUSE"
printf 'KDUMP_PROTO="file"\nKDUMP_SAVEDIR="/var/crash-suse"\n' >/etc/kdump.conf
/usr/lib/vmcoredd/suse-postscript || fail "suse-postscript: exit code $?"
mark crash-postscript
umount /kdump/mnt
umount /kdumproot || fail "unmounting the target"
mark end
sync
echo b >/proc/sysrq-trigger
while :; do sleep 1; done
