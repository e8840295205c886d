# SPDX-License-Identifier: LGPL-2.1-or-later
# What every case can use.

# Makes FILE of the text on standard input (tests/support/README.md).
make() { mkvmcore - -o "$1"; }

# Runs a command that must end with this exit code.
expect() {
  local expected=$1 code=0
  shift
  "$@" || code=$?
  [ "$code" = "$expected" ] || { echo "expected exit code $expected, found $code: $*"; exit 1; }
}

# Ends the case as skipped when a program is missing.
need() { command -v "$1" > /dev/null || { echo "$1 is missing"; exit 77; }; }

# Ends the case as skipped when one of our programs beside vmcoredd was not named to
# the runner: an installed one is not what is tested.
given() { [ -x "$PROGRAMS/$1" ] || { echo "no --program $1"; exit 77; }; }

# Prints whether two files are equal, without their bytes.
same() { if cmp -s "$1" "$2"; then echo "$1 and $2 are equal"; else echo "$1 and $2 DIFFER"; fi; }
