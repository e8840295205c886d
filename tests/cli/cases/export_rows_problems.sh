# SPDX-License-Identifier: LGPL-2.1-or-later
# Databases of others are left alone, damage costs itself, usage.
make a.vmcoredd <<'END'
archive
dump name="\xff\x1b[1m" size=64 data=zero
dump name=b size=64 data=zero
manifest kind=live
END
vmcoredd export jsonl a.vmcoredd | sed -n 's/.*"type":"dump".*"name":\("[^"]*"\).*/\1/p'
vmcoredd export sqlite a.vmcoredd -o a.db
python3 -c 'import sqlite3; print(*sqlite3.connect("a.db").execute("select quote(name) from dump"))'
echo "-- databases of others"
echo hello, this is no database at all, but a text of some length > text.db
cp text.db before
expect 1 vmcoredd export sqlite a.vmcoredd -o text.db
cmp text.db before
python3 -c 'import sqlite3; d = sqlite3.connect("other.db"); d.execute("create table x (y)"); d.commit()'
cp other.db before
expect 1 vmcoredd export sqlite a.vmcoredd -o other.db
cmp other.db before
cp a.db newer.db
python3 -c 'import sqlite3; d = sqlite3.connect("newer.db"); d.execute("update schema set version = 2"); d.commit()'
expect 1 vmcoredd export sqlite a.vmcoredd -o newer.db
head -c 5000 a.db > cut.db
expect 1 vmcoredd export sqlite a.vmcoredd -o cut.db 2> messages
wc -l < messages
mkdir folder.db
expect 1 vmcoredd export sqlite a.vmcoredd -o folder.db
expect 1 vmcoredd export sqlite a.vmcoredd -o none/x.db
expect 1 vmcoredd export jsonl a.vmcoredd -o a.db
echo "-- a file that cannot be used, beside one that can"
expect 3 vmcoredd export sqlite a.vmcoredd missing -o b.db
expect 3 vmcoredd export sqlite missing -o c.db
echo "-- usage"
expect 2 vmcoredd export sqlite a.vmcoredd
expect 2 vmcoredd export sqlite a.vmcoredd -o -
expect 2 vmcoredd export sqlite -f a.vmcoredd -o d.db
expect 2 vmcoredd export jsonl -s 0 a.vmcoredd
expect 2 vmcoredd export raw --no-fields a.vmcoredd -o d
ls -d *.db* d none 2> /dev/null || true
