#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# image.sh ROOT RELEASE COLLECT OUT: makes the image OUT for both kernels: busybox,
# the static collector, guest/ and, of the Debian root folder ROOT, the modules that
# guest/ loads, as they are: lockdown wants their signatures.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
debian=$1
release=$2
collect=$3
out=$4
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

mkdir -p "$root"/{bin,dev,proc,sys,tmp,host,guest,"lib/modules/$release"}
file -L /bin/busybox | grep -q 'statically linked' ||
  { echo "error: /bin/busybox is not static: apt-get install busybox-static" >&2; exit 3; }
cp /bin/busybox "$root/bin/busybox"
for applet in $(/bin/busybox --list); do
  [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
cp "$collect" "$root/bin/vmcoredd-collect"
gcc -O2 -static -o "$root/bin/kexec_load" "$here/../guest/kexec_load.c"

for module in virtio_pci 9pnet_virtio 9p e1000e nvme vfio_iommu_type1 vfio-pci; do
  modprobe --dirname "$debian" --set-version "$release" --show-depends "$module"
done | awk '$1 == "insmod" { print $2 }' | sort -u | while read -r file; do
  install -D -m 644 "$file" "$root/lib/modules/$release/${file#*"/lib/modules/$release/"}"
done
cp "$debian/lib/modules/$release"/modules.{builtin,order} "$root/lib/modules/$release/"
depmod --basedir "$root" "$release" 2>/dev/null

cp "$here"/guest/*.sh "$root/guest/"
install -m 755 "$here/guest/init" "$root/init"
(cd "$root" && find . -print0 | LC_ALL=C sort -z |
  cpio --quiet --null --create --format=newc --owner=0:0 --reproducible) | gzip -1 >"$out"
