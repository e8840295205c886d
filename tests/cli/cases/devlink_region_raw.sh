# The bytes of a region, as a file and in JSON.
fake_devlink kernel
export device=pci/0000:00:05.0
dl() { vmcoredd devlink --netlink-socket kernel "$@"; }
dl region dump $device/cr-space snapshot 1 --raw -o raw
stat -c '%n %s %a' raw
expect 1 dl region dump $device/cr-space snapshot 2 --raw -o raw
dl -f region dump $device/cr-space snapshot 2 --raw -o raw
dl region read $device/cr-space address 7 length 9 --raw -o - | od -An -tx1
dl region dump $device/cr-space snapshot 2 | cut -c18- | tr -d ' \n' | xxd -r -p > text
dl -J region dump $device/cr-space snapshot 2 > json
python3 -c '
import base64, json
document = json.load(open("json"))
open("typed", "wb").write(base64.b64decode(document.pop("data")))
print(document)'
dl -Jx region dump $device/cr-space snapshot 2 | grep -o '"data":"[0-9a-f]*' | cut -d'"' -f4 |
  xxd -r -p > hex
for file in text typed hex; do same raw $file; done
# What is saved with a header can be imported.
dl region dump $device/cr-space snapshot 2 --header --words > saved
vmcoredd import --device $device --region cr-space --snapshot 2 saved -o saved.vmcoredd 2> remarks
vmcoredd extract saved.vmcoredd -s 0 -O > imported
same raw imported
dl -J region show
dl -J region new $device/fw-health
rm kernel
