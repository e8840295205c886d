# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# pre-udev hook of images without systemd. dracut sources it: no exit.
[ ! -e /proc/vmcore ] || /usr/lib/vmcoredd/early
