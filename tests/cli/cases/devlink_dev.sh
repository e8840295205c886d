# Devices, what they say of themselves, their ports and parameters.
fake_devlink kernel log
device=pci/0000:00:05.0
dl() { vmcoredd devlink --netlink-socket kernel "$@"; }
dl dev
dl -s dev show
dl dev info
dl -J dev info $device
dl port show
dl -J port
dl -j port show eth1
dl dev param show
dl param set $device name max_macs value 256 cmode driverinit
dl param set $device name max_macs value 256 cmode driverinit
dl param set $device name fw_load_policy value disk cmode permanent
dl param set $device name region_snapshot_enable value true cmode runtime
expect 1 dl param set $device name max_macs value 77 cmode driverinit
expect 1 dl param set $device name max_macs value much cmode driverinit
expect 1 dl param set $device name max_macs value 1 cmode runtime
dl -J param show $device name max_macs
grep PARAM log
rm kernel
