#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# build.sh KERNEL OUT: builds devlinksim.ko into the folder OUT, against the build
# tree of the test kernel in the folder KERNEL (as ../../kernel/build.sh printed it).
# The sources are copied first: kbuild writes beside them.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kernel=$1
out=$2
mkdir -p "$out"
cp "$here"/*.[ch] "$here/Kbuild" "$out/"
make -s -C "$kernel/build" M="$out" modules
