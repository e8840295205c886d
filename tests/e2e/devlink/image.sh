#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# image.sh MODULE VMCOREDD OUT: makes the image OUT of the guest: busybox, iproute2's
# devlink, strace and VMCOREDD with the libraries of all three, MODULE
# (devlinksim.ko) and guest/.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
module=$1
vmcoredd=$2
out=$3
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

# program FILE NAME: into /bin, stripped, with its libraries where the loader looks.
program() {
  local library
  cp "$1" "$root/bin/$2"
  strip "$root/bin/$2"
  # "name => path (address)" for libraries, "path (address)" for the loader.
  ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
    [ -e "$root$library" ] || install -D -m 755 "$(realpath "$library")" "$root$library"
  done
}
program "$(command -v devlink)" devlink
program "$(command -v strace)" strace
program "$vmcoredd" vmcoredd

gcc -O2 -static -o "$root/bin/rusage" "$here/../guest/rusage.c"
gcc -O2 -static -o "$root/bin/same_content" "$here/guest/same_content.c"
cp "$module" "$root/modules/"
strip --strip-debug "$root"/modules/*.ko
cp "$here"/guest/*.sh "$root/guest/"
install -m 755 "$here/guest/init" "$root/init"

(cd "$root" && find . -print0 | LC_ALL=C sort -z |
  cpio --quiet --null --create --format=newc --owner=0:0 --reproducible) | gzip -1 >"$out"
