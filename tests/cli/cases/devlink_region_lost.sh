# What did not come is told, what came is kept.
fake_devlink kernel
device=pci/0000:00:05.0
dl() { vmcoredd devlink --netlink-socket kernel "$@"; }
expect 1 dl region dump $device/gaps snapshot 3 | sed -n '15,18p'
expect 1 dl region dump $device/vanishes snapshot 3 | tail -1
expect 1 dl -J region dump $device/vanishes snapshot 3 | grep -o '"length.*'
expect 1 dl -J region dump $device/gaps snapshot 3 | grep -o '"length.*'
expect 1 dl region dump $device/vanishes snapshot 3 --raw -o vanishes
expect 1 dl region dump $device/vanishes snapshot 3 --raw -o vanishes
expect 1 dl -f region dump $device/vanishes snapshot 3 --raw -o vanishes
expect 1 dl region dump $device/gaps snapshot 3 --raw -o gaps
stat -c '%n %s %a' *
rm kernel
