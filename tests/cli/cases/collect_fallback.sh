# SPDX-License-Identifier: LGPL-2.1-or-later
# A target that cannot be written, and an archive that may not grow: what
# vmcoredd.conf says, compiled, decides in the crash kernel.
given vmcoredd-collect
machine m
mkdir -p m/etc/vmcoredd m/srv
cat > m/etc/vmcoredd/vmcoredd.conf <<END
[save]
fallback = ["$PWD/m/missing/folder", "$PWD/m/srv/dumps with blank"]
max_bytes = 1000000
END
vmcoredd prepare --sysroot m --output collect.conf
grep -E '^(fallback|archive_max)' collect.conf | sed "s|$PWD|HERE|"
vmcoredd-collect capture --deadline-ms 30000 --sysroot "$SOURCE/tests/golden/sysfs-qemu" --spool spool 2> /dev/null
: > file  # a target that cannot be made, also for root
save() {
  local code=0
  vmcoredd-collect save --config collect.conf --spool spool "$@" > out 2>&1 || code=$?
  sed "s|$PWD|HERE|g; s|vmcoredd-[0-9a-f]\{16\}|vmcoredd-ID|; s|for [0-9]* bytes, found.*|for N bytes|" out
  echo "exit code $code"
}
echo "-- the target works"
save --directory target --fallback last
echo "-- it does not: the configured folder before the last resort"
save --directory file --fallback last --verbose
[ ! -e last ]
echo "-- nothing configured works either"
sed -i 's|^fallback=.*|fallback=/proc/no-folder|' collect.conf
save --directory file --fallback last
echo "-- the target has no room"
save --directory /proc --fallback last --replace
echo "-- the size is limited"
sed -i 's|^archive_max=.*|archive_max=16000|' collect.conf
save --output small | sed 's/.*: the archive may/NAME: the archive may/' | uniq
save --output large --archive-max 1000000
vmcoredd list small | wc -l
vmcoredd list large | wc -l
echo "-- finalise looks into the configured folder"
printf '[save]\nfallback = ["/srv/dumps with blank"]\n[finalise]\njournal = false\n' > m/etc/vmcoredd/vmcoredd.conf
vmcoredd finalise --sysroot m | sed 's|vmcoredd-[0-9a-f]\{16\}|vmcoredd-ID|'
echo "-- what makes no sense"
sed 's|^fallback=.*|fallback=relative|' collect.conf > bad.conf
expect 1 vmcoredd-collect save --config bad.conf --spool spool --output bad
printf '[save]\nfallback = ["relative", 1]\nmax_bytes = -1\n' > bad.toml
expect 3 vmcoredd prepare --sysroot m --config bad.toml --output not-written
