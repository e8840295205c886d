# SPDX-License-Identifier: LGPL-2.1-or-later
# `vmcoredd watch --check`, and what it takes to become the program.
given vmcoredd-watch
export VMCOREDD_WATCH_PROGRAM=$PROGRAMS/vmcoredd-watch
mkdir tree
check() {
  cat > conf
  vmcoredd watch --config conf --sysroot tree --check
}
echo "-- nothing to say of this"
check << 'END'
[watch]
captures = 3
[[watch.rule]]
events = ["health-error"]
reporter = "fw*"
capture = ["dump", "diagnose", "plugins"]
manage_recovery = true
hook = ["/usr/local/bin/tell", "somebody"]
END
echo "-- mistakes"
expect 3 check <<< $'[watch]\ndirectory = "here"'
expect 3 check <<< $'[watch]\nhook = ["tell"]'
expect 3 check <<< $'[[watch.rule]]\nevents = ["healthy"]'
expect 3 check <<< $'[[watch.rule]]\ncapture = ["everything"]'
expect 3 check <<< $'[[watch.rule]]\nnothing = true\ncapture = ["dump"]'
expect 3 check <<< $'[health]\nenabled = true\ngroup = "no-such-group"'
expect 3 check <<< $'[watch'
expect 3 vmcoredd watch --config none --check
expect 2 vmcoredd watch --check --once
echo "-- the program by itself"
expect 2 $PROGRAMS/vmcoredd-watch
expect 3 $PROGRAMS/vmcoredd-watch --config-fd 0 < conf
expect 3 $PROGRAMS/vmcoredd-watch --config-fd 0 << 'END'
schema=vmcoredd-watch/9
END
expect 3 $PROGRAMS/vmcoredd-watch --config-fd 0 << 'END'
schema=vmcoredd-watch/1
directory=/tmp
unheard_of=1
END
$PROGRAMS/vmcoredd-watch --version | sed 's/[0-9.]*$/VERSION/'
VMCOREDD_WATCH_PROGRAM=$PWD/none expect 3 vmcoredd watch --config /dev/null --sysroot tree 2>&1 | sed "s,$PWD/,,"
