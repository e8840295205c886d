# Saved output of devlink, mstdump and lspci becomes members of an archive, byte for byte.
golden=$SOURCE/tests/golden
# What a dump says of itself: --json, without what is said twice.
facts() { vmcoredd import --json "$@" | grep -E '"(name|bytes|content|outcome|bus|address|driver|region|snapshot|region_offset|reporter|port|firmware|time)"|^    "| \[$'; }

dump600=(--device pci/0000:00:05.0 --region cr-space --snapshot 1)
vmcoredd import "${dump600[@]}" "$golden/devlink-output/region-dump-600.txt" -o text.vmcoredd
vmcoredd import "${dump600[@]}" - -o json.vmcoredd < "$golden/devlink-output/region-dump-600.json"
gzip -c "$golden/devlink-output/region-dump-600-pretty.json" > pci_0000:00:05.0_cr-space_snap1.json.gz
vmcoredd import pci_0000:00:05.0_cr-space_snap1.json.gz --compress -o pretty.vmcoredd
vmcoredd list text.vmcoredd json.vmcoredd pretty.vmcoredd | grep cr-space
vmcoredd extract text.vmcoredd -O > bytes
vmcoredd extract json.vmcoredd -O | cmp - bytes
vmcoredd extract pretty.vmcoredd -O | cmp - bytes
cut -d ' ' -f 2- "$golden/devlink-output/region-dump-600.txt" |
  python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' | cmp - bytes
vmcoredd verify text.vmcoredd
vmcoredd info --json text.vmcoredd | grep '"kind"'

facts --device pci/0000:00:05.0 --region nvm --snapshot live --driver ice --firmware '1.2 beta' \
  --time 2026-11-20T14:00:00+02:00 "$golden/devlink-output/region-read-unaligned.txt" -o read
facts --format health-dump --device netdevsim/netdevsim1 --reporter dummy --port 1 \
  "$golden/devlink-output/health-dump.txt" -o dump
vmcoredd extract dump -O | cmp - "$golden/devlink-output/health-dump.txt"
facts --format health-diagnose --device netdevsim/netdevsim1 --reporter dummy \
  "$golden/devlink-output/health-dump.json" -o diagnose
facts "$golden/devlink-output/health-show.json" -o show

# A header says what the text is of.
facts "$golden/devlink-header/region-dump-600.txt" -o headed
vmcoredd extract headed -O | cmp - bytes
facts "$golden/devlink-header/region-read-20.txt" --size 20 -o headed-read

vmcoredd import "$golden/lspci-output/xxxx.txt" -o config
vmcoredd list config
vmcoredd extract config -o configs > /dev/null
for file in configs/pci_*; do
  cmp "$file" "$golden/sysfs-qemu/sys/bus/pci/devices/${file#configs/pci_}/config"
done
printf '0x00000008 0x12345678\n0x00000000 0xbadacce5\n' > regs
facts --device pci/0000:05:00.0 regs -o regs.vmcoredd
vmcoredd show regs.vmcoredd

# Any bytes, and several files of one device.
printf 'any\0bytes' > raw
facts --format raw --device pci/0000:05:00.0 --source igb raw -o raw.vmcoredd
vmcoredd extract raw.vmcoredd -O | cmp - raw
cp "$golden/devlink-output/region-dump-600.txt" pci_0000:00:05.0_cr-space_snap1.txt
cp "$golden/devlink-output/region-dump-600.txt" pci_0000:00:05.0_fw-health_snap2.txt
vmcoredd import pci_*.txt -o two
vmcoredd list two
