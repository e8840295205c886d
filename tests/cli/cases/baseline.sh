# SPDX-License-Identifier: LGPL-2.1-or-later
# Baselines: taken when there is none or something has changed, and how many stay.
machine m
mkdir -p m/proc/sys/kernel
echo 6.1.0-test > m/proc/sys/kernel/osrelease
baseline() { vmcoredd baseline --sysroot m "$@"; }
stamp() { sed 's/-[0-9TZ]*-[0-9a-f]\{8\}\./-TIME./; s/^20[0-9T:-]*Z/TIME/; s/ of 20[0-9T:-]*Z/ of TIME/; s/[0-9.]* KiB/N KiB/'; }
check() { vmcoredd doctor --sysroot m | grep baseline | stamp || true; }
expect 1 baseline --show
check
baseline 2> /dev/null | stamp || true
check
echo "-- nothing has changed"
baseline --if-changed
ls m/var/lib/vmcoredd/baseline | wc -l
echo "-- new firmware, another kernel"
echo 9 > m/sys/class/nvme/nvme0/firmware_rev
echo 6.1.0-other > m/proc/sys/kernel/osrelease
check
baseline --show | stamp
{ baseline --if-changed 2>&1 || true; } | grep -E "was|dumps" | stamp
check
echo "-- retention"
baseline --keep 1 > /dev/null 2>&1 || true
ls m/var/lib/vmcoredd/baseline | wc -l
echo "-- one that is damaged counts as none"
for archive in m/var/lib/vmcoredd/baseline/*; do truncate -s 100 $archive; done
check
baseline --if-changed 2> /dev/null | stamp || true
