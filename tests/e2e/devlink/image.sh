#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# image.sh MODULE VMCOREDD WATCH OUT: makes the image OUT of the guest: busybox,
# iproute2's devlink, strace, VMCOREDD and WATCH (vmcoredd-watch) with the libraries of
# all of them, MODULE (devlinksim.ko) and guest/.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
module=$1
vmcoredd=$2
watch=$3
out=$4
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

chmod 755 "$root" # not everybody in the guest is root
mkdir -p "$root"/{bin,dev,etc,proc,sys,tmp,run,host,guest,modules}
file -L /bin/busybox | grep -q 'statically linked' ||
  { echo "error: /bin/busybox is not static: apt-get install busybox-static" >&2; exit 3; }
cp /bin/busybox "$root/bin/busybox"
for applet in $(/bin/busybox --list); do
  [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done

# program FILE PATH: stripped, with its libraries where the loader looks.
program() {
  local library
  install -D -m 755 "$1" "$root/$2"
  strip "$root/$2"
  # "name => path (address)" for libraries, "path (address)" for the loader.
  ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
    [ -e "$root$library" ] || install -D -m 755 "$(realpath "$library")" "$root$library"
  done
}
program "$(command -v devlink)" bin/devlink
program "$(command -v strace)" bin/strace
program "$vmcoredd" bin/vmcoredd
program "$watch" lib/vmcoredd/vmcoredd-watch # where vmcoredd looks for it

gcc -O2 -static -o "$root/bin/rusage" "$here/../guest/rusage.c"
for tool in same_content stamped; do gcc -O2 -static -o "$root/bin/$tool" "$here/guest/$tool.c"; done
cp "$module" "$root/modules/"
strip --strip-debug "$root"/modules/*.ko
cp "$here"/guest/*.sh "$root/guest/"
install -m 755 "$here/guest/init" "$root/init"

(cd "$root" && find . -print0 | LC_ALL=C sort -z |
  cpio --quiet --null --create --format=newc --owner=0:0 --reproducible) | gzip -1 >"$out"
