# Dumps, whole where drivers break the grammar, and none that nobody asked for.
fake_devlink kernel log
device=pci/0000:00:05.0
dl() { vmcoredd devlink --netlink-socket kernel "$@"; }
dl health dump show $device reporter fw_fatal
dl -x health dump show $device reporter fw_fatal | head -2
dl -jp health dump show pci/0000:00:06.0 reporter dummy
dl -j health dump show eth1 reporter tx
dl -J health dump show eth1 reporter tx
expect 1 dl health dump show $device reporter fw --passive
dl health show $device reporter fw
dl health dump show $device reporter fw | cksum
dl health dump show $device reporter fw --passive | cksum
dl health dump show $device reporter fw --raw -o messages
stat -c '%n %s %a' messages
dl health dump clear $device reporter fw
expect 1 dl health dump show $device reporter fw --passive
expect 1 dl -j health diagnose $device reporter fw
dl health dump show pci/0000:00:06.0 reporter hostile
dl -j health dump show pci/0000:00:06.0 reporter hostile
grep DUMP log
rm kernel
