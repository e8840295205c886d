# A flattened vmcore gets what is on the spools on its way through a pipe; whatever is
# wrong with them, it comes through as it is.
given vmcoredd-collect
tree="$SOURCE/tests/golden/sysfs-qemu"
vmcoredd-collect capture --deadline-ms 30000 --sysroot "$tree" --spool early 2> /dev/null
vmcoredd-collect capture --deadline-ms 30000 --sysroot "$tree" --spool late 2> /dev/null
cat > collect.conf <<'END'
schema=vmcoredd-collect/1
identity.0000:01:00.0.driver=e1000e
END
make flat <<'END'
kdump
dump name=kernel size=1000
vmcoreinfo OSRELEASE=6.1.0-test
pages exist=0-63 dumped=0-31
flatten
END
cat flat | vmcoredd-collect filter --config collect.conf --spool early --spool late | cat > out
vmcoredd list out | sed -n '1,4p;$p'
vmcoredd verify out | tail -n 1
grep -a -c '"driver":"e1000e"' out
vmcoredd unflatten out plain > /dev/null
vmcoredd list plain | tail -n 1
vmcoredd detach out
same flat out

through() {  # a stream, and what the filter is given
  local stream=$1
  shift
  cat "$stream" | vmcoredd-collect filter "$@" | cat > passed
  same "$stream" passed
}
through flat --spool nowhere
mkdir damaged && head -c 300 early/capture.spool > damaged/capture.spool
through flat --spool damaged
mkdir none && printf 'no spool' > none/capture.spool
through flat --spool none
head -c 20000 flat > cut
through cut --spool early
head -c 300 early/capture.spool > noise
through noise --spool early
: > empty
through empty --spool early
# Part of a spool is better than none of it.
head -c 3000 early/capture.spool > damaged/capture.spool
vmcoredd-collect filter --spool damaged < flat > out
vmcoredd list out | tail -n 1
# A vmcore that does not arrive is no success.
expect 3 vmcoredd-collect filter --spool early < flat > /dev/full
expect 3 vmcoredd-collect filter --spool nowhere < flat > /dev/full
on_terminal vmcoredd-collect filter
