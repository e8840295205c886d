# SPDX-License-Identifier: LGPL-2.1-or-later
# What a report is made of: a capture that is there twice, machines of other names, archives
# that were put together, damaged compression, no folder for imports.
one() {
  make "$1" << END
archive
dump name=raw_0000:01:00.0 size=64 data=zero
manifest kind=$2 capture-id=$3 nodename=$4
END
}
sources() { vmcoredd report "$@" | sed -n '/^from/,$p' | sed 's/20[0-9-]*T[0-9:]*Z/TIME/'; }
a=$(printf '%032d' 1) b=$(printf '%032d' 2)
one crash.vmcoredd crash "$a" box
cp crash.vmcoredd copy.vmcoredd
one other.vmcoredd baseline "$b" workstation
echo "-- the same capture twice; as what is healthy, too"
sources crash.vmcoredd copy.vmcoredd
sources crash.vmcoredd --against copy.vmcoredd
echo "-- of two machines: named after the one that it is about"
vmcoredd report other.vmcoredd crash.vmcoredd | head -n 1 | sed 's/20[0-9-]*T[0-9:]*Z/TIME/'
vmcoredd report other.vmcoredd crash.vmcoredd | grep machines
vmcoredd diff other.vmcoredd crash.vmcoredd
echo "-- put together: nobody knows when it was captured"
vmcoredd pack -o pack.vmcoredd --file raw=crash.vmcoredd
vmcoredd timeline pack.vmcoredd --json | grep -c '"kind":"capture"' || true
echo "-- compressed, with a checksum that is wrong"
make plain.vmcoredd << 'END'
archive
dump name=raw_0000:01:00.0 size=4096
END
gzip -n < plain.vmcoredd > damaged.vmcoredd.gz
size=$(stat -c %s damaged.vmcoredd.gz)
printf '\377\377' | dd of=damaged.vmcoredd.gz bs=1 seek=$((size - 8)) conv=notrunc status=none
for command in report timeline 'export jsonl -o -' 'decode --json' 'diff --json crash.vmcoredd'; do
  # shellcheck disable=SC2086 # words
  expect 1 vmcoredd $command damaged.vmcoredd.gz > out
  case $command in *json*) echo "$command: $(grep -c 'may be wrong' out)" ;; esac
done
echo "-- what cannot be opened"
expect 3 vmcoredd diff --json nowhere crash.vmcoredd
expect 1 env TMPDIR="$PWD/nowhere" vmcoredd report "$SOURCE/tests/golden/devlink-output/region-dump-600.txt"
echo "-- no file takes the place of a pipe"
mkfifo pipe
expect 1 vmcoredd report crash.vmcoredd -f -o pipe
[ -p pipe ]
