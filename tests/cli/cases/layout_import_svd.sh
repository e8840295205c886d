# SPDX-License-Identifier: LGPL-2.1-or-later
# A layout of CMSIS-SVD, whole and one peripheral, and what decode reads by it.
files=$SOURCE/tests/golden/register-files
vmcoredd layout import "$files/nic.svd" -o nic.toml --name nic
vmcoredd layout check nic.toml
cat nic.toml
echo "-- the same values as those of an independent reader"
python3 -c "import sys; sys.stdout.buffer.write(bytes(i * 167 + i // 256 & 255 for i in range(9000)))" > bytes
vmcoredd pack --file any_0=bytes -o a.vmcoredd
vmcoredd decode --layouts . --layout nic a.vmcoredd --json > decoded.json
"$SOURCE/tests/support/compare_registers" "$files/nic.svd" bytes decoded.json
echo "-- one peripheral, for a device"
vmcoredd layout import "$files/nic.svd" -o mac.toml --peripheral MAC1 --match-pci 1234:11E8 --match-region 'mac*'
head -20 mac.toml
vmcoredd decode --layouts . --layout ex-nic-9-mac1 a.vmcoredd --json > decoded.json
"$SOURCE/tests/support/compare_registers" "$files/nic.svd" bytes decoded.json MAC1
