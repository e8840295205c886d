# SPDX-License-Identifier: LGPL-2.1-or-later
# `vmcoredd watch --once`: what is new is captured, what was captured is not new; limits.
given vmcoredd-watch
export VMCOREDD_WATCH_PROGRAM=$PROGRAMS/vmcoredd-watch
fake_devlink kernel log
mkdir -p tree/proc/sys/kernel/random
echo 0d7e5f9a-boot > tree/proc/sys/kernel/random/boot_id
configure() {
  cat > conf
  cat >> conf << 'END'
[[watch.rule]]
events = ["snapshot"]
region = "huge"
nothing = true
END
}
once() {
  { vmcoredd watch --config conf --sysroot tree --netlink-socket kernel --once --foreground 2>&1 ||
    echo "exit code $?"; } | sed 's/watch-[0-9TZ]*-[0-9a-f]*\./watch-TIME./; s,/[^ ]*/archives,archives,' |
    sed 's/; [0-9]* older archives were removed//' | sort
}
metrics() { grep -E "^vmcoredd_$1" tree/metrics.prom; }
configure << END
[watch]
directory = "$PWD/archives"
textfile = "/metrics.prom"
hook = ["/bin/sh", "-c", "echo \$VMCOREDD_EVENT \$VMCOREDD_OUTCOME \$VMCOREDD_EVENTS >> $PWD/hooks"]
END
echo "-- all of it is new"
once
for archive in archives/*; do vmcoredd list $archive; done | sort | cut -c 27-
vmcoredd info archives/* | grep -E 'event\.(kind|device|reporter)' | sort | uniq -c
sort hooks
metrics 'watch_(captures|lost).*[1-9]$' || true
metrics 'health_reporter_state.*fw_fatal'
echo "-- it is passive"
grep -E "NEW|DEL|DIAGNOSE|RECOVER|SET" log || echo "nothing was changed"
echo "-- nothing is new"
once
ls archives | wc -l
echo "-- another boot, and limits"
echo 11111111-boot > tree/proc/sys/kernel/random/boot_id
configure << END
[watch]
directory = "$PWD/archives"
keep_count = 1
archive_bytes = 65536
END
once | grep -E "captured|exit"
memory=$(mktemp -d /dev/shm/vmcoredd-XXXXXX)
trap 'rm -r "$memory"' EXIT
configure << END
[watch]
directory = "$memory/archives"
free_bytes = 1099511627776
END
echo 22222222-boot > tree/proc/sys/kernel/random/boot_id
once | sed 's/ [0-9]* bytes are free/ N bytes are free/' | grep -E "captured|exit"
ls archives | wc -l
echo "-- a state that is cut is not used"
configure << END
[watch]
directory = "$PWD/archives"
keep_count = 1
END
head -c 100 tree/var/lib/vmcoredd/watch.state > state
cp state tree/var/lib/vmcoredd/watch.state
once | grep -E "state|complete"
ls archives | wc -l
rm kernel
