#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The part of kdump-utils in this test: what its dracut module installs and runs.

# called by dracut
check() {
    return 255
}

# called by dracut
depends() {
    return 0
}

# called by dracut
# shellcheck disable=SC2154 # moddir, initdir are dracut's
install() {
    inst_multiple makedumpfile mkdir mount umount mv sed cat dd ls cp sync
    inst_multiple /etc/kdump/pre.d/50-vmcoredd /etc/kdump/post.d/50-vmcoredd
    echo "path /var/crash" >"$initdir/etc/kdump.conf"
    inst_hook pre-mount 90 "$moddir/dump.sh"
}
