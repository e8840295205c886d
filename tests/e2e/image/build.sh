#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# build.sh KERNEL MODULE OUT [PROGRAM...]: makes the image OUT that both kernels
# of the test boot with: busybox, makedumpfile with its libraries, the drivers of
# the folder KERNEL, MODULE (ddgen.ko), the scripts of guest/ and PROGRAMs
# (static ones; into /bin), and what guest/ has in C.
set -euo pipefail

guest=$(cd "$(dirname "${BASH_SOURCE[0]}")/../guest" && pwd)
tree=$guest/../../..
kernel=$1
module=$2
out=$3
shift 3
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

mkdir -p "$root"/{bin,dev,proc,sys,tmp,host,modules,guest}
cp /bin/busybox "$root/bin/busybox"
file -L /bin/busybox | grep -q 'statically linked' ||
  { echo "error: /bin/busybox is not static: apt-get install busybox-static" >&2; exit 3; }
for applet in $(/bin/busybox --list); do
  [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done

makedumpfile=$(command -v makedumpfile)
cp "$makedumpfile" "$root/bin/makedumpfile"
# "name => path (address)" for libraries, "path (address)" for the loader.
ldd "$makedumpfile" | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

gcc -O2 -static -o "$root/bin/kexec_load" "$guest/kexec_load.c"
gcc -O2 -static -o "$root/bin/rusage" "$guest/rusage.c"
gcc -O2 -static -I "$tree" -o "$root/bin/vmcoredd-plugin-stream" "$guest/stream_plugin.c" \
  "$tree"/driver-plugins/abi/runner/*.c
for program; do cp "$program" "$root/bin/"; done
cp "$kernel"/modules/*.ko "$module" "$root/modules/"
strip --strip-debug "$root"/modules/*.ko
cp "$guest"/*.sh "$root/guest/"
install -m 755 "$guest/init" "$root/init"

(cd "$root" && find . -print0 | LC_ALL=C sort -z |
  cpio --quiet --null --create --format=newc --owner=0:0 --reproducible) | gzip -1 >"$out"
