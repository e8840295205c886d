# SPDX-License-Identifier: LGPL-2.1-or-later
given vmcoredd-collect
vmcoredd-collect --help
vmcoredd-collect capture --help | head -n 1
expect 2 vmcoredd-collect
expect 2 vmcoredd-collect nonsense
expect 2 vmcoredd-collect --spool x capture
expect 2 vmcoredd-collect capture extra
expect 2 vmcoredd-collect capture --output x
expect 2 vmcoredd-collect capture --nonsense
expect 2 vmcoredd-collect capture --sysroot
expect 2 vmcoredd-collect capture --option novalue
expect 2 vmcoredd-collect capture --option $'key=two\nlines'
expect 2 vmcoredd-collect capture --deadline-ms 0
expect 2 vmcoredd-collect capture --spool-max 1x
expect 2 vmcoredd-collect capture --allow everything
expect 2 vmcoredd-collect save
expect 3 vmcoredd-collect save --spool nowhere --output x
expect 3 vmcoredd-collect plan --sysroot nowhere
expect 3 vmcoredd-collect capture --sysroot "$SOURCE/tests/golden/sysfs-qemu" --spool no/where
expect 2 vmcoredd-collect capture --sysroot "$SOURCE/tests/golden/sysfs-qemu" --spool s --spool-max 5
ls
