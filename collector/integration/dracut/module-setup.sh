#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# dracut module 50vmcoredd: the collector in the image of a crash kernel. dracut
# sources this; 50 is in the range that it leaves to others.

# called by dracut
check() {
    # Never in the normal image. Fedora and RHEL mark the build of a kdump image,
    # SUSE asks for its module; others ask for this one (`dracut --add vmcoredd`).
    [[ -z ${IN_KDUMP-} ]] || return 0
    # shellcheck disable=SC2154 # dracut's
    [[ " $dracutmodules $add_dracutmodules $force_add_dracutmodules " != *\ kdump\ * ]] || return 0
    return 255
}

# called by dracut
depends() {
    return 0
}

# called by dracut
# shellcheck disable=SC2154 # initdir, moddir, kernel and systemdsystemunitdir are dracut's
install() {
    local plugin
    inst /usr/sbin/vmcoredd-collect
    inst_simple /usr/lib/vmcoredd/early
    inst_simple /usr/lib/vmcoredd/save
    inst_multiple cat grep mkdir mkfifo mount mv rm sleep sync timeout
    inst_multiple -o /usr/bin/vmcoredd-makedumpfile /usr/lib/vmcoredd/suse-postscript
    for plugin in /usr/lib/vmcoredd/plugins/*; do
        [[ ! -x $plugin ]] || inst "$plugin"
    done
    # An image without it still captures, with the program's defaults.
    mkdir -p "$initdir/etc/vmcoredd"
    timeout 60 vmcoredd prepare --release "$kernel" --output "$initdir/etc/vmcoredd/collect.conf" ||
        dwarn "vmcoredd: no configuration in this image, the collector uses its defaults"

    if dracut_module_included "systemd"; then
        inst_simple "$moddir/vmcoredd-early.service" "$systemdsystemunitdir/vmcoredd-early.service"
        mkdir -p "$initdir$systemdsystemunitdir/sysinit.target.wants"
        ln -sf ../vmcoredd-early.service "$initdir$systemdsystemunitdir/sysinit.target.wants/vmcoredd-early.service"
    else
        inst_hook pre-udev 05 "$moddir/vmcoredd-early.sh"
    fi
}
