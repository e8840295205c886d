#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: run.sh BUILD_DIR
# Installs a build into a temporary prefix, moves it (nothing may remember where
# it was installed), and builds and runs what an outsider would build with it.
set -euo pipefail

build=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/vmcoredd-install.XXXXXX")
trap 'rm -rf "$work"' EXIT

step() { printf '\n== %s\n' "$*"; }

step "install"
cmake --install "$build" --prefix "$work/first" >"$work/install.log" || { cat "$work/install.log"; exit 1; }
prefix=$work/prefix
mv "$work/first" "$prefix"
if grep -rIlF -e "$work/first" -e "$(cd "$here/../.." && pwd)" "$prefix" --include='*.cmake' --include='*.pc'; then
  echo "error: these installed files name a folder of the build" >&2
  exit 1
fi

step "every installed header, from the installed tree alone"
(cd "$prefix"/include/vmcoredd-1 && find . -name '*.h' -printf '#include "%P"\n' | sort) >"$work/headers.cpp"
[ -s "$work/headers.cpp" ]
"$CXX" -std=c++20 -fsyntax-only -I"$prefix/include/vmcoredd-1" "$work/headers.cpp"

step "a program that finds the libraries with CMake"
cmake -G Ninja -S "$here/consumer" -B "$work/consumer" -DCMAKE_PREFIX_PATH="$prefix"
cmake --build "$work/consumer"
"$work/consumer/consumer"

step "the same program with pkg-config"
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name vmcoredd.pc)")
export PKG_CONFIG_PATH
read -ra cflags <<<"$(pkg-config --cflags vmcoredd)"
read -ra libs <<<"$(pkg-config --libs vmcoredd)"
"$CXX" -std=c++20 "${cflags[@]}" "$here/consumer/consumer.cpp" -o "$work/consumer-pc" "${libs[@]}"
"$work/consumer-pc"
