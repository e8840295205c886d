# SPDX-License-Identifier: LGPL-2.1-or-later
# Rows of many machines in one database, and what one asks it.
rows=$SOURCE/tests/support/check_rows
bar=$SOURCE/driver-plugins/igb/fixture/bar0.txt
# machine NAME NUMBER FIRMWARE REGISTERS: a folder with a crash and a baseline.
machine_folder() {
  mkdir "$1"
  make "$1/crash.vmcoredd" <<END
archive
dump name=igb_0000:02:00.0_state data=bar:$bar:state$4 m-device.bus=pci m-device.address=0000:02:00.0 m-device.driver=igb m-device.firmware=$3
manifest kind=crash capture-id=0000000000000000000000000000000$2 nodename=$1 time=2026-01-02T00:00:00Z
END
  make "$1/baseline.vmcoredd" <<END
archive
dump name=igb_0000:02:00.0_state data=bar:$bar:state m-device.bus=pci m-device.address=0000:02:00.0 m-device.driver=igb m-device.firmware=$3
manifest kind=baseline capture-id=1000000000000000000000000000000$2 nodename=$1 time=2026-01-01T00:00:00Z
END
}
machine_folder alpha 1 3.25 ';0x0=0x04000004;0x100=0;0x3808=256'
machine_folder beta 2 3.25 ';0x0=0x04000004;0x3808=256'
machine_folder gamma 3 3.30 ';0x8=0x00280791'
machine_folder delta 4 3.30 ''
vmcoredd export sqlite alpha -o fleet.db
vmcoredd export sqlite beta gamma delta -o fleet.db
vmcoredd export sqlite alpha beta gamma delta -o fleet.db
"$rows" count fleet.db
"$rows" examples fleet.db
echo "-- a machine is taken out with all that is its"
python3 - <<'END'
import sqlite3
database = sqlite3.connect("fleet.db")
database.execute("PRAGMA foreign_keys = ON")
database.execute("DELETE FROM machine WHERE nodename <> 'delta'")
database.commit()
END
"$rows" count fleet.db
vmcoredd export sqlite gamma -o fleet.db
echo "-- lines of several machines"
vmcoredd export jsonl alpha delta | sed -n 's/.*"type":"machine".*"nodename":"\([a-z]*\)".*/\1/p'
echo "-- two vmcores of the same crash"
make v <<'END'
elf
dump name=old_0 size=3000
note owner=CORE type=1 size=336
vmcoreinfo OSRELEASE=6.1.0 PAGESIZE=4096 CRASHTIME=1767312000
load paddr=0 size=16384 data=formula
END
cp v w
vmcoredd export sqlite v -o v.db
vmcoredd export sqlite w -o v.db
