# SPDX-License-Identifier: LGPL-2.1-or-later
# What waits for an FTP target: sent by curl to a real server, read back, and only then
# removed here. The password is on no command line and in no message.
need curl
need python3
if ! /usr/bin/python3 -c 'import pyftpdlib' 2> /dev/null; then
  echo "python3-pyftpdlib is missing"
  exit 77
fi
export PASSWORD='a "b" \c: #d%41'
machine m
pending=m/var/lib/vmcoredd/pending
mkdir -p $pending m/etc/vmcoredd remote/crash
printf '[finalise]\njournal = false\n' > m/etc/vmcoredd/vmcoredd.conf
echo crashy > m/proc/sys/kernel/hostname
printf '%s\n' elf 'dump name=nic size=300000' 'vmcoreinfo OSRELEASE=6.1.0' 'load size=4K' | make v
vmcoredd pack v -o a
arrive() { cp a $pending/vmcoredd-00ab.vmcoredd; }
server() { rm -f port; ftp_server remote port; }
# target FTP PASSWORD [LINE...]
target() {
  printf '%s\n' "FTP=\"$1\"" FTP_USER=kdump "FTP_PASSWORD='$2'" "FTP_PORT=$(cat port)" "${@:3}" \
    > m/etc/default/kdump-tools
}
# Every program that curl's command line goes by.
mkdir bin
printf '#!/bin/sh\necho "curl $*" >> "$LOG"\nexec %s "$@"\n' "$(command -v curl)" > bin/curl
chmod +x bin/curl
export LOG=$PWD/curl.log PATH=$PWD/bin:$PATH
there() { find remote -type f | sort; }
finalise() { vmcoredd finalise --sysroot m; }
server
arrive
echo "-- wrong password"
target 127.0.0.1:/crash wrong HOSTTAG=hostname
expect 1 finalise
ls $pending
echo "-- no such folder"
target 127.0.0.1:/nowhere "$PASSWORD" HOSTTAG=hostname
expect 1 finalise
ls $pending
echo "-- a byte is lost"
target 127.0.0.1:/crash "$PASSWORD" HOSTTAG=hostname
touch remote.loses
expect 1 finalise
rm remote.loses
ls $pending
there
echo "-- the server dies in the middle"
touch remote.dies
expect 1 finalise
rm remote.dies
ls $pending
there
[ "$(stat -c %s remote/crash/*.partial)" -lt "$(stat -c %s a)" ]
echo "-- nobody listens"
expect 1 finalise
ls $pending
echo "-- well"
server
target 127.0.0.1:/crash "$PASSWORD" HOSTTAG=hostname
rm -f remote.log "$LOG"
finalise
ls $pending
there
same a remote/crash/crashy-vmcoredd-00ab.vmcoredd
grep -E '^(STOR|RETR|RNFR|RNTO)' remote.log
sort "$LOG" | uniq -c
echo "-- the same is there already: a run was killed"
rm m/var/lib/vmcoredd/finalised/00ab
arrive
finalise
ls $pending
echo "-- another is there already"
rm m/var/lib/vmcoredd/finalised/00ab
arrive
echo other > remote/crash/crashy-vmcoredd-00ab.vmcoredd
expect 1 finalise
ls $pending
cat remote/crash/crashy-vmcoredd-00ab.vmcoredd
rm remote/crash/*
echo "-- a relative folder, told by the address"
target 127.0.0.1:crash "$PASSWORD"
finalise | sed 's/[0-9.:]*-vmcoredd/ADDRESS-vmcoredd/'
rm m/var/lib/vmcoredd/finalised/00ab remote/crash/*
echo "-- no folder"
arrive
target 127.0.0.1 "$PASSWORD" HOSTTAG=hostname
finalise
there
rm m/var/lib/vmcoredd/finalised/00ab
echo "-- as SUSE writes it"
arrive
mv m/etc/default/kdump-tools kdump-tools
mkdir -p m/etc/sysconfig
login='kdump:a%20%22b%22%20%5Cc%3A%20%23d%2541'
echo "KDUMP_SAVEDIR=\"ftp://$login@127.0.0.1:$(cat port)/crash\"" > m/etc/sysconfig/kdump
finalise
there
rm m/etc/sysconfig/kdump m/var/lib/vmcoredd/finalised/00ab
echo "-- what cannot be a server, and what only a shell knows"
arrive
target '127.0.0.1/x:/y' "$PASSWORD"
expect 1 finalise
target 127.0.0.1:/crash "$PASSWORD" FTP_PORT=many
expect 1 finalise
target 127.0.0.1:/crash "$PASSWORD" 'FTP_PASSWORD="$(cat secret)"'
expect 1 finalise
echo "-- without curl"
target 127.0.0.1:/crash "$PASSWORD"
mkdir few
for program in sh sha256sum vmcoredd; do ln -s "$(command -v $program)" few/; done
PATH=$PWD/few expect 1 finalise
ls $pending
