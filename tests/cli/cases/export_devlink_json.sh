# SPDX-License-Identifier: LGPL-2.1-or-later
# What was saved of devlink as devlink -j prints it.
need python3
fake_devlink kernel log
mkdir tree
device=pci/0000:00:05.0
vmcoredd capture --netlink-socket kernel --sysroot tree $device --name cr-space --name fw_fatal --name fw -o a > /dev/null 2>&1 || true
vmcoredd list a
vmcoredd export devlink-json a -o out | sed 's/: [0-9]* bytes//'
devlink() { vmcoredd devlink --netlink-socket kernel "$@"; }
echo "-- messages are as devlink has them"
devlink -j health dump show $device reporter fw_fatal | cmp - out/*_fw_fatal.json
devlink -j health diagnose $device reporter fw_fatal | cmp - out/*_fw_fatal.diagnose.json
echo "-- a region can be parsed"
devlink region dump $device/cr-space snapshot 1 --raw -o region
cat > check.py <<'END'
import json, sys
def unique(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), keys
    return dict(pairs)
chunks = json.load(open(sys.argv[1]), object_pairs_hook=unique)["dump"]
bytes_ = bytearray()
for chunk in chunks:
    assert chunk["address"] == len(bytes_) and 0 < len(chunk["data"]) <= 256, chunk
    bytes_ += bytes(chunk["data"])
print(len(chunks) > 1, bytes_ == open("region", "rb").read())
END
python3 check.py out/*cr-space@1.json
vmcoredd import --device $device --region cr-space --snapshot 1 out/*cr-space@1.json -o b > /dev/null
vmcoredd extract b -O | cmp - region
rm kernel
echo "-- holes are left out"
printf '{"dump":{"address":64,"data":[1,2],"address":68,"data":[3]}}' > holes.json
expect 1 vmcoredd import --device $device --region r --snapshot 1 holes.json -o c 2> /dev/null
vmcoredd export devlink-json c -o holes > /dev/null
cat holes/*
echo "-- nothing of devlink"
printf x > x
vmcoredd pack --file x=x -o d > /dev/null
expect 1 vmcoredd export devlink-json d -o none
expect 1 vmcoredd export devlink-json d -s x -o none
ls -d none 2> /dev/null || echo "no folder"
