#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: run.sh BUILD_DIR
# Installs a build into a temporary prefix, moves it (nothing may remember where
# it was installed), and builds and runs what an outsider would build with it.
set -euo pipefail

build=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
golden=$root/tests/golden
work=$(mktemp -d "${TMPDIR:-/tmp}/vmcoredd-install.XXXXXX")
trap 'rm -rf "$work"' EXIT

step() { printf '\n== %s\n' "$*"; }
fail() { echo "error: $*" >&2; exit 1; }

# outside_build NAME: builds the project $work/NAME with CMake.
outside_build() {
  cmake -G Ninja -S "$work/$1" -B "$work/$1/build" -DCMAKE_PREFIX_PATH="$prefix"
  cmake --build "$work/$1/build"
}

# check_consumer PROGRAM: its list and its archive, beside what the command says.
check_consumer() {
  "$1" "$golden/real/vmcore.kdump" "$work/packed" >"$work/listed"
  diff - "$work/listed" <<<'ddgen_0000:00:04.0 69568
ddgen_0000:00:05.0_fw 303040
ddgen_0000:00:06.0 4032'
  "$prefix/bin/vmcoredd" verify "$work/packed"
  cmp <("$prefix/bin/vmcoredd" extract "$work/packed" -s 0 -O) \
    <("$prefix/bin/vmcoredd" extract "$golden/real/vmcore.kdump" -s 0 -O)
  rm "$work/packed"
}

step "install"
cmake --install "$build" --prefix "$work/first" >"$work/install.log" || { cat "$work/install.log"; exit 1; }
prefix=$work/prefix
mv "$work/first" "$prefix"
# Not as the beginning of another name: a clone in /new is not in .../new_fragment.h.
if grep -rIlP "(\Q$work/first\E|\Q$root\E)(?![\w.-])" "$prefix" --include='*.cmake' --include='*.pc'; then
  fail "these installed files name a folder of the build"
fi

step "every installed header, from the installed tree alone"
(cd "$prefix"/include/vmcoredd-1 && find . -name '*.h' -printf '#include "%P"\n' | sort) >"$work/headers.cpp"
[ "$(wc -l <"$work/headers.cpp")" -gt 20 ] || fail "headers are missing: $(cat "$work/headers.cpp")"
"$CXX" -std=c++20 -fsyntax-only -I"$prefix/include/vmcoredd-1" "$work/headers.cpp"

step "a program that finds the libraries with CMake"
cp -r "$here/consumer" "$work"
outside_build consumer
check_consumer "$work/consumer/build/consumer"

step "the same program with pkg-config"
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name vmcoredd.pc)")
export PKG_CONFIG_PATH
read -ra cflags <<<"$(pkg-config --cflags vmcoredd)"
read -ra libs <<<"$(pkg-config --libs vmcoredd)"
"$CXX" -std=c++20 "${cflags[@]}" "$work/consumer/consumer.cpp" -o "$work/consumer-pc" "${libs[@]}"
check_consumer "$work/consumer-pc"

step "a driver plugin, and the installed collector that runs it"
cp -r "$here/plugin" "$work"
sed 's/"example"/"outside"/' "$root/driver-plugins/example/example.c" >"$work/plugin/example.c"
outside_build plugin
plugin=$work/plugin/build/vmcoredd-plugin-outside
"$plugin" --describe
"$prefix/sbin/vmcoredd-collect" capture --sysroot "$golden/sysfs-qemu" --plugin "$plugin" --spool "$work/spool"
"$prefix/sbin/vmcoredd-collect" save --spool "$work/spool" --output "$work/devices"
"$prefix/bin/vmcoredd" list "$work/devices"
# The example saves eight bytes of the network card, from the command register on.
cmp <("$prefix/bin/vmcoredd" extract "$work/devices" -s '*01:00.0*status' -O) \
  <(dd if="$golden/sysfs-qemu/sys/bus/pci/devices/0000:01:00.0/config" bs=1 skip=4 count=8 status=none)

step "the installed command decodes by the layouts that came with it"
mkdir "$work/home"
export HOME=$work/home XDG_CONFIG_HOME=$work/home
"$prefix/bin/vmcoredd" layout list >"$work/layouts"
wc -l <"$work/layouts"
for name in pci-config nvme igb mlx5-iseg; do
  grep "^$name " "$work/layouts" || fail "there is no layout $name: $(cat "$work/layouts")"
done
"$prefix/sbin/vmcoredd-collect" capture --sysroot "$golden/sysfs-qemu" --spool "$work/spool2" >/dev/null
"$prefix/sbin/vmcoredd-collect" save --spool "$work/spool2" --output "$work/all"
code=0
"$prefix/bin/vmcoredd" decode "$work/all" -s 'pci_0000:01:00.0' >"$work/decoded" || code=$?
[ "$code" -le 1 ] || fail "exit $code: $(cat "$work/decoded")"
grep VENDOR_ID "$work/decoded"
