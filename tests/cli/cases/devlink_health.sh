# Reporters: shown, asked, set; also by the name of a network device.
fake_devlink kernel log
export device=pci/0000:00:05.0
dl() { vmcoredd devlink --netlink-socket kernel "$@"; }
dl health show
dl -jp health show eth1 reporter tx
dl -J health show $device reporter fw_fatal
dl health diagnose $device reporter fw_fatal
dl health set eth1 reporter tx grace_period 7 burst_period 8 auto_recover false auto_dump disable
dl health recover $device reporter fw_fatal
dl health test $device reporter fw
expect 1 dl health test $device reporter fw_fatal
expect 1 dl health set $device reporter fw grace_period 1
dl health show $device/1 reporter tx
dl port health
expect 1 dl health show eth7 reporter tx
cat log
rm kernel
