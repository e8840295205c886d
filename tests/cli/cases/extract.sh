# Exact payloads where the length is known, all of the note where it is not.
need python3
make a <<'END'
archive
dump name=exact size=1000
dump name=compressed size=100000 codec=zstd
dump name=parts size=9000 parts=3
manifest
dump name=kernel size=1000
END
vmcoredd extract a -o out
stat -c '%a %s %n' out/*
formula() { python3 -c "
import sys; sys.path.insert(0, '$SOURCE/tests/support')
from mkvmcore_lib.payload import make_data
sys.stdout.buffer.write(make_data('formula', $2, b'$1'))"; }
for dump in exact:1000 compressed:100000 parts:9000; do
  formula "${dump%:*}" "${dump#*:}" | cmp - "out/${dump%:*}"
done
vmcoredd extract a -o stored --stored -s exact -s parts
cmp -n 1000 out/exact stored/exact
