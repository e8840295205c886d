#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# build.sh [--dwarf] [--cached]: builds the small crash-capable test kernel from
# Debian's linux-source package with patches/ and prints the folder that holds it:
# bzImage, vmlinux (with --dwarf), modules/ and build/ (for out-of-tree modules). The
# result is cached outside the tree, keyed by the source version, the compiler, the
# configuration and the patches, because a build takes 5 to 15 minutes on two cores.
# --cached: exit code 77 instead of a build.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${VMCOREDD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vmcoredd}
source_series=6.1
dwarf=0
cached=0
for option; do
  case $option in
    --dwarf) dwarf=1 ;;
    --cached) cached=1 ;;
    *) echo "usage: $0 [--dwarf] [--cached]" >&2; exit 2 ;;
  esac
done

tarball=/usr/src/linux-source-$source_series.tar.xz
[ -e "$tarball" ] || { echo "error: $tarball not found: apt-get install linux-source-$source_series" >&2; exit 3; }
version=$(dpkg-query -W -f '${Version}' "linux-source-$source_series")

fragment=$(grep -E '^CONFIG_|^# CONFIG_.* is not set$' "$here/kernel.config")
[ "$dwarf" = 0 ] || fragment+=$'\nCONFIG_DEBUG_INFO_DWARF4=y\n# CONFIG_DEBUG_INFO_NONE is not set'
key=$( (printf '%s\n' "$version" "$fragment"; cat "$here"/patches/*.patch; gcc --version | head -n 1) | sha256sum | cut -c1-16)
out=$cache/kernel/$key
if [ -e "$out/complete" ]; then echo "$out"; exit 0; fi
[ "$cached" = 0 ] || exit 77

mkdir -p "$cache/kernel"
exec 9>"$out.lock"
flock 9
if [ -e "$out/complete" ]; then echo "$out"; exit 0; fi
rm -rf "$out"
mkdir -p "$out"
echo "building the test kernel $version in $out (log: $out/log)" >&2
tar -xf "$tarball" -C "$out"
mv "$out/linux-source-$source_series" "$out/build"
printf '%s\n' "$fragment" >"$out/fragment"
report_failure() {
  [ -e "$out/complete" ] && return
  tail -n 20 "$out/log" >&2
  echo "error: the kernel build failed, see $out/log" >&2
}
trap report_failure EXIT
# Not "( ... ) || ...": that would switch off errexit inside.
(
  cd "$out/build"
  for change in "$here"/patches/*.patch; do patch -p1 --batch <"$change"; done
  export KBUILD_BUILD_TIMESTAMP='@0' KBUILD_BUILD_USER=vmcoredd KBUILD_BUILD_HOST=e2e
  make tinyconfig
  scripts/kconfig/merge_config.sh -m .config "$out/fragment"
  make olddefconfig
  lost=$(grep -vxFf .config "$out/fragment" | grep '=' || true)
  [ -z "$lost" ] || { echo "these options lack a dependency:"; echo "$lost"; exit 1; }
  make -j"$(nproc)" bzImage modules
  mkdir -p "$out/modules"
  find drivers -name '*.ko' -exec cp {} "$out/modules/" \;
  cp arch/x86/boot/bzImage "$out/bzImage"
  [ "$dwarf" = 0 ] || cp vmlinux "$out/vmlinux"
  # Modules of ours need the tree's headers and tools, not what it was built from.
  rm -rf Documentation crypto drivers fs mm net samples security sound vmlinux*
  find . -path ./scripts -prune -o -path ./tools -prune -o \
    '(' -name '*.[coaS]' -o -name '*.cmd' ')' -type f -exec rm -f {} +
) >"$out/log" 2>&1
touch "$out/complete"
echo "$out"
