# What a crash kernel does when: hold, early, late, and a rehearsal of it.
given vmcoredd-collect
cp -r "$SOURCE/tests/golden/sysfs-qemu" tree
devices=tree/sys/bus/pci/devices
mkdir -p tree/proc/sys/kernel
echo 6.1.0-test > tree/proc/sys/kernel/osrelease
for device in 0000:01:00.0 0000:02:00.0 0000:00:1f.2; do echo '(null)' > "$devices/$device/driver_override"; done
cat > collect.conf <<'END'
schema=vmcoredd-collect/1
release=6.1.0-test
hold=1
path=0000:00:1f.2 8086:2922
skip=0000:00:01.0
device_ms=30000
early_ms=60000
END
vmcoredd-collect hold --dry-run --sysroot tree --config collect.conf
grep -c vmcoredd-hold "$devices"/*/driver_override || true
vmcoredd-collect hold --sysroot tree --config collect.conf --spool early
cat early/held
grep -l vmcoredd-hold "$devices"/*/driver_override
expect 1 vmcoredd-collect capture --phase early --sysroot tree --config collect.conf --spool early
vmcoredd-collect plan --phase late --sysroot tree --config collect.conf --early-spool early || echo "late: $?"
# Early capture can be off: nothing is touched, and that is said.
printf 'early=0\nearly_reason=the last crash had no dump\n' >> collect.conf
vmcoredd-collect capture --phase early --sysroot tree --config collect.conf --spool off
vmcoredd-collect save --spool off --output off.vmcoredd --config collect.conf || echo "save: $?"
vmcoredd-collect plan --rehearse --sysroot tree --deadline-ms 30000 | awk '/ok$/ { print $1, $2, $4 }'
# A configuration that is broken holds nothing, and captures.
echo nonsense >> collect.conf
expect 1 vmcoredd-collect hold --sysroot tree --config collect.conf --spool broken
expect 1 vmcoredd-collect capture --sysroot tree --config collect.conf --spool broken
