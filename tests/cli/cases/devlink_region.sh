# Regions: shown, taken, deleted and read, as devlink does (differential:devlink compares).
fake_devlink kernel log
export device=pci/0000:00:05.0
dl() { vmcoredd devlink --netlink-socket kernel "$@"; }
dl region show
dl -j region show $device/cr-space
dl -jp region new $device/cr-space
dl region new $device/fw-health snapshot 77
expect 1 dl region new $device/fw-health snapshot 77
dl reg del $device/cr-space snap 1
expect 1 dl reg del $device/cr-space snap 1
dl region read $device/cr-space snapshot 2 address 0x1fd length 40
dl region read $device/cr-space address 16 len 0x10
expect 1 dl region read $device/gaps address 0 len 1
dl -j reg read $device/huge s 3 a 4294967296 l 4
dl region read $device/huge snapshot 3 address 4294967299 length 1000 --words --header |
  sed 's/^# time .*/# time/'
expect 1 dl -j region dump $device/nope snapshot 1
cat log
rm kernel
