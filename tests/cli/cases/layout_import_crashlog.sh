# SPDX-License-Identifier: LGPL-2.1-or-later
# A layout of Intel's crashlog decode definitions, and what decode reads by it.
files=$SOURCE/tests/golden/register-files
vmcoredd layout import "$files/nicfw.csv" -o nicfw.toml --match-dump 'nicfw_*' --source 'data sheet 7'
vmcoredd layout check nicfw.toml
cat nicfw.toml
echo "-- the same values as those of an independent reader"
python3 -c "print(*range(1000))" | head -c 1000 > bytes
vmcoredd pack --file nicfw_0=bytes -o a.vmcoredd
vmcoredd decode --layouts . a.vmcoredd --json > decoded.json
"$SOURCE/tests/support/compare_registers" "$files/nicfw.csv" bytes decoded.json
vmcoredd decode --layouts . a.vmcoredd > text
head -12 text
