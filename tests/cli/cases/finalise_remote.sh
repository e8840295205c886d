# SPDX-License-Identifier: LGPL-2.1-or-later
# What waits for a remote target: uploaded by SSH, checked there and only then removed;
# copied to NFS when somebody mounts it. FTP: finalise_ftp.sh.
machine m
pending=m/var/lib/vmcoredd/pending
mkdir -p $pending bin m/etc/vmcoredd
printf '[finalise]\njournal = false\n' > m/etc/vmcoredd/vmcoredd.conf
printf '%s\n' elf 'dump name=nic size=1000' 'vmcoreinfo OSRELEASE=6.1.0' 'load size=4K' | make v
vmcoredd pack v -o a
arrive() { cp a $pending/vmcoredd-00ab.vmcoredd; }
# The other end is the folder "remote": its shell runs here.
cat > bin/ssh <<'END'
#!/bin/bash
echo "ssh ${*:1:$#-2}" >> "$LOG"
[ ! -e down ] || exit 255
command=${*: -1}
PATH=$REMOTE_PATH bash -c "${command//\/srv\/crash/remote}"
END
cat > bin/scp <<'END'
#!/bin/bash
echo "scp $*" >> "$LOG"
[ ! -e full ] || exit 1
source=${*: -2:1} target=${*: -1}
cp "$source" "${target/*:\/srv\/crash/remote}"
[ ! -e flaky ] || echo x >> "${target/*:\/srv\/crash/remote}"
END
chmod +x bin/ssh bin/scp
export LOG=log REMOTE_PATH=$PATH PATH=$PWD/bin:$PATH
printf '%s\n' 'SSH="kdump@host"' 'KDUMP_COREDIR=/srv/crash' >> m/etc/default/kdump-tools
finalise() { vmcoredd finalise --sysroot m; }
arrive
for trouble in down full flaky; do
  echo "-- $trouble"
  touch $trouble
  expect 1 finalise
  rm $trouble
  ls $pending
done
echo "-- up"
rm -f log
finalise
ls $pending
cat log
find remote -type f
same a remote/vmcoredd/vmcoredd-00ab.vmcoredd
cat m/var/lib/vmcoredd/finalised/00ab | grep -v ^time=
rm m/var/lib/vmcoredd/finalised/00ab
echo "-- not wanted"
printf '[finalise]\nupload = false\n' > m/etc/vmcoredd/vmcoredd.conf
arrive
finalise
echo "-- NFS, not mounted and mounted"
sed -i 's/^SSH=.*/NFS="host:\/export"/' m/etc/default/kdump-tools
finalise
mkdir -p m/mnt/host-202601021201
cp v m/mnt/host-202601021201/vmcore
touch -d '2026-01-02 12:01' m/mnt/host-202601021201/vmcore
touch -d '2026-01-02 12:01' $pending/*
echo '40 27 0:50 / /mnt rw,relatime - nfs4 host:/export rw' >> m/proc/self/mountinfo
printf '[finalise]\njournal = false\n' > m/etc/vmcoredd/vmcoredd.conf
finalise
ls $pending m/mnt/host-202601021201
