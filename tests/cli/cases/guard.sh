# SPDX-License-Identifier: LGPL-2.1-or-later
# The crash-loop guard: what the next boot makes of how the last one ended.
machine m
state=m/var/lib/vmcoredd
old='2026-01-01 00:00' new='2026-01-02 00:00'
# last_boot [LINE...]: a boot that began on $old and never ended; then a new one begins.
last_boot() {
  rm -rf $state
  mkdir -p $state
  printf '%s\n' schema=vmcoredd-armed/1 boot_id=earlier time=2026-01-01T12:00:00Z \
    kexec_crash_size=134217728 kexec_crash_loaded=1 pstore_tells=0 "$@" > $state/armed
  next_boot
}
next_boot() {
  vmcoredd record --sysroot m
  if [ -e $state/early-disabled ]; then
    sed "s/^/disabled: /" $state/early-disabled
    vmcoredd prepare --sysroot m | grep ^early_reason=
  else
    echo "not disabled"
  fi
}
echo "-- no marker"
next_boot
echo "-- the same boot"
next_boot
echo "-- no vmcore, nothing that could tell"
last_boot
echo "-- stays until acknowledged"
next_boot
echo "-- an old vmcore"
mkdir -p m/var/crash/202501010000
touch -d "$old" m/var/crash/202501010000/dump.202501010000
last_boot
echo "-- a new vmcore"
mkdir -p m/var/crash/202601020000
touch -d "$new" m/var/crash/202601020000/dump.202601020000
last_boot
rm -r m/var/crash/202601020000
echo "-- device dumps that wait"
rm -rf $state
mkdir -p $state/pending
touch -d "$new" $state/pending/vmcoredd-0.vmcoredd
printf '%s\n' schema=vmcoredd-armed/1 boot_id=earlier time=2026-01-01T12:00:00Z kexec_crash_size=1 > $state/armed
next_boot
echo "-- pstore would have told"
rm -rf $state
mkdir -p $state
printf '%s\n' schema=vmcoredd-armed/1 boot_id=earlier time=2026-01-01T12:00:00Z kexec_crash_size=1 pstore_tells=1 > $state/armed
cp $state/armed told
next_boot
echo "-- and is not asked"
cp told $state/armed
mkdir -p m/etc/vmcoredd
printf '[guard]\ntrip = "unclean"\n' > m/etc/vmcoredd/vmcoredd.conf
next_boot
rm $state/early-disabled
cp told $state/armed
printf '[guard]\ntrip = "off"\n' > m/etc/vmcoredd/vmcoredd.conf
next_boot
rm m/etc/vmcoredd/vmcoredd.conf
echo "-- and tells"
mkdir -p m/var/lib/systemd/pstore/7
touch -d "$new" m/var/lib/systemd/pstore/7/dmesg.txt
cp told $state/armed
next_boot
rm -r m/var/lib/systemd $state/early-disabled
echo "-- no memory for a crash kernel"
sed 's/size=.*/size=0/; s/tells=1/tells=0/' told > $state/armed
next_boot
echo "-- a damaged marker"
echo garbage > $state/armed
next_boot
