#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# root.sh [--cached]: makes the root folder of a Debian 12 machine with the stock
# kernel, kdump-tools and what our packages depend on, without our packages, and
# prints the folder. It is cached outside the tree, keyed by this recipe and the
# archive's versions, since it takes a minute and downloads 150 MB.
# --cached: exit code 77 instead of making it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${VMCOREDD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vmcoredd}
suite=bookworm
packages=systemd-sysv,udev,kmod,dbus,iproute2,pciutils,procps,zstd,busybox,initramfs-tools
packages+=,linux-image-amd64,kdump-tools,makedumpfile,kexec-tools,dracut-core
# What our packages depend on, so that they install without a network.
packages+=,libarchive13,libelf1,libfmt9,libxxhash0,libzstd1,zlib1g,libstdc++6,libmnl0,libpugixml1v5,libsqlite3-0

cached=0
case ${1:-} in
  '') ;;
  --cached) cached=1 ;;
  *) echo "usage: $0 [--cached]" >&2; exit 2 ;;
esac

# The machine's own archive: it may be a mirror, or a snapshot.
sources=()
for file in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
  if [ -s "$file" ] && grep -q "$suite" "$file"; then sources=("$file"); break; fi
done
[ ${#sources[@]} -gt 0 ] || sources=("deb http://deb.debian.org/debian $suite main"
  "deb http://deb.debian.org/debian $suite-updates main"
  "deb http://deb.debian.org/debian-security $suite-security main")

versions=$(apt-cache policy linux-image-amd64 kdump-tools initramfs-tools systemd 2>/dev/null | grep Candidate || true)
key=$( (printf '%s\n' "$versions"; cat "$here/root.sh") | sha256sum | cut -c1-16)
out=$cache/debian/$key
if [ -e "$out/complete" ]; then echo "$out/root"; exit 0; fi
[ "$cached" = 0 ] || exit 77

mkdir -p "$cache/debian"
exec 9>"$cache/debian/lock"
flock 9
if [ -e "$out/complete" ]; then echo "$out/root"; exit 0; fi
# Older roots are of no use any more, and are big.
find "$cache/debian" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +
mkdir -p "$out"
proxy=$(apt-config shell p Acquire::http::Proxy | sed "s/^p='\(.*\)'$/\1/")
echo "making a Debian root in $out (log: $out/log)" >&2
# MODULES=list makes an image of 6.5 MB in 3 s, and the kdump image likewise;
# MODULES=dep, which kdump-tools makes of `most`, refuses in a chroot.
# shellcheck disable=SC2016 # $1 is mmdebstrap's
mmdebstrap --variant=apt --format=directory --skip=check/empty \
  --aptopt='APT::Install-Recommends "false"' \
  ${proxy:+--aptopt="Acquire::http::Proxy \"$proxy\""} \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='force-confold' \
  --essential-hook='mkdir -p "$1/etc/initramfs-tools"
    printf "MODULES=list\nBUSYBOX=auto\nCOMPRESS=zstd\n" >"$1/etc/initramfs-tools/initramfs.conf"
    printf "virtio_pci\nvirtio_blk\next4\ncrc32c_generic\n" >"$1/etc/initramfs-tools/modules"' \
  --include="$packages" \
  --customize-hook='echo box >"$1/etc/hostname"; echo "/dev/vda / ext4 rw,relatime 0 1" >"$1/etc/fstab"' \
  "$suite" "$out/root" "${sources[@]}" >"$out/log" 2>&1 || { tail -n 20 "$out/log" >&2; exit 1; }
touch "$out/complete"
echo "$out/root"
