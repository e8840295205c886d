# SPDX-License-Identifier: LGPL-2.1-or-later
# Archives find the vmcore of their crash, once.
machine m
crash=m/var/crash
state=m/var/lib/vmcoredd
# crash NAME: the vmcore NAME.elf, another form of it in NAME.flat, and its archive NAME.a.
crash() {
  printf '%s\n' elf "dump name=nic_$1 size=1000" "vmcoreinfo OSRELEASE=6.1.0-$1 CRASHTIME=1767355200" 'load size=4K' | make "$1.elf"
  printf '%s\n' kdump "note owner=CORE type=1 size=336" "vmcoreinfo OSRELEASE=6.1.0-$1 CRASHTIME=1767355200" \
    'pages exist=0-63 dumped=0-31' 'flatten order=makedumpfile' | make "$1.flat"
  vmcoredd pack "$1.elf" -o "$1.a"
}
crash one
crash two
crash three
# place NAME STAMP ID: as the crash kernel leaves it.
place() {
  mkdir -p $crash/vmcoredd "$crash/$2"
  cp "$1.flat" "$crash/$2/dump.$2"
  cp "$1.a" "$crash/vmcoredd/vmcoredd-$3.vmcoredd"
  touch -d '2026-01-02 12:01' "$crash/$2/dump.$2" "$crash/vmcoredd/vmcoredd-$3.vmcoredd"
}
finalise() { vmcoredd finalise --sysroot m "$@"; }
files() { (cd m/var && find crash lib/vmcoredd -type f | LC_ALL=C sort); }
mkdir -p m/run/systemd/journal m/etc/vmcoredd $state
printf 'schema=vmcoredd-identity/1\nrelease=x\nboot_id=y\ntime=2026-01-01T00:00:00Z\nidentity.0000:01:00.0.firmware=5\n' > $state/identity
journal m/run/systemd/journal/socket journal.txt

echo "-- nothing there"
finalise
echo "-- two crashes, and archives without a vmcore"
place one 202601021201 0001
place two 202601021202 0002
cp three.a $crash/vmcoredd/vmcoredd-0003.vmcoredd
touch -d '2026-01-02 12:01' $crash/vmcoredd/*
echo no-vmcore > $crash/202601021202/dump.notes
finalise
files
(cd $crash/202601021201 && sha256sum -c vmcoredd-0001.sha256)
cat $crash/202601021201/vmcoredd-0001.identity
cmp one.flat $crash/202601021201/dump.202601021201
wait_for_lines journal.txt 22
grep -E '^(MESSAGE|PRIORITY|VMCOREDD_[A-Z]*)=' journal.txt | sed 's/\(CAPTURE\|CRASH\)=.*/\1=/'
echo "-- again: nothing changes"
files > before
finalise
files | diff before -
echo "-- killed after the move: the rest is done, and journalled anew only without a record"
rm $crash/202601021201/vmcoredd-0001.sha256 $state/finalised/0001
finalise
files | diff before -
echo "-- a vmcore that is still being written"
mkdir $crash/202601021203
cp three.flat $crash/202601021203/dump.202601021203
finalise
echo "-- and one that was never finished"
mv $crash/202601021203/dump.202601021203 $crash/202601021203/dump-incomplete
finalise
mv $crash/202601021203/dump-incomplete $crash/202601021203/vmcore
touch -d '2026-01-02 12:01' $crash/202601021203/vmcore
echo "-- damaged archive"
cp $crash/vmcoredd/vmcoredd-0003.vmcoredd good
touch -r $crash/vmcoredd/vmcoredd-0003.vmcoredd good
offset=$(vmcoredd list --json good | sed -n 's/.*"offset": "\([0-9]*\)".*/\1/p')
printf 'damaged' | dd of=$crash/vmcoredd/vmcoredd-0003.vmcoredd bs=1 seek="$offset" conv=notrunc status=none
touch -d '2026-01-02 12:01' $crash/vmcoredd/*
expect 1 finalise
echo "-- another file in its place is not replaced"
rm -r $crash/202601021203/vmcoredd-* $state/finalised/0003
cp -p good $crash/vmcoredd/vmcoredd-0003.vmcoredd
echo mine > $crash/202601021203/vmcoredd-0003.vmcoredd
expect 1 finalise 2>&1 | sort
cat $crash/202601021203/vmcoredd-0003.vmcoredd
rm $crash/202601021203/vmcoredd-0003.vmcoredd
echo "-- attach, as configured"
printf '[finalise]\nattach = true\njournal = false\n' > m/etc/vmcoredd/vmcoredd.conf
finalise
vmcoredd list $crash/202601021203/vmcore
(cd $crash/202601021203 && sha256sum -c vmcoredd-0003.sha256)
echo "-- limits: only ours, the oldest first"
touch -d '2026-01-02 12:02' $crash/202601021202/vmcoredd-0002.vmcoredd
touch -d '2026-01-02 12:03' $crash/202601021203/vmcoredd-0003.vmcoredd
printf '[finalise]\nkeep_count = 2\n' > m/etc/vmcoredd/vmcoredd.conf
finalise
printf '[finalise]\nkeep_bytes = 1\n' > m/etc/vmcoredd/vmcoredd.conf
finalise
finalise
files
