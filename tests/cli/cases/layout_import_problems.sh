# SPDX-License-Identifier: LGPL-2.1-or-later
# What cannot be said by a layout is said by us, and counted; what is no description is refused.
printf 'name;offset;size;description;bitfield\nr.a;0;32;;0\nr.wide;33;64;;0\nr.\033[31m;x;1;;0\n' > odd.csv
expect 1 vmcoredd layout import odd.csv -o odd.toml
vmcoredd layout check odd.toml
echo "-- to standard output, from standard input"
expect 1 vmcoredd layout import - -o - --title T < odd.csv
echo "-- not written over"
expect 1 vmcoredd layout import odd.csv -o odd.toml 2> messages
tail -n 1 messages
expect 1 vmcoredd layout import odd.csv -o odd.toml -f 2> messages
echo "-- not usable"
echo hello > text
expect 3 vmcoredd layout import text -o x.toml
expect 3 vmcoredd layout import text -o x.toml --format svd
expect 3 vmcoredd layout import text -o x.toml --format crashlog-csv
expect 3 vmcoredd layout import missing -o x.toml
expect 3 vmcoredd layout import /dev/zero -o x.toml
printf '<device><name>D</name>\n<peripherals>' > cut.svd
expect 3 vmcoredd layout import cut.svd -o x.toml
cp "$SOURCE/tests/golden/register-files/nic.svd" .
expect 1 vmcoredd layout import nic.svd -o x.toml --peripheral NONE
expect 1 vmcoredd layout import odd.csv -o x.toml --peripheral NONE
echo "-- usage"
expect 2 vmcoredd layout import odd.csv
expect 2 vmcoredd layout import odd.csv -o x.toml --match-pci nic
expect 2 vmcoredd layout import odd.csv -o x.toml --format xml
ls
