# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh disable=SC2034
# What the numbered scripts have: `out` is the folder of the running script, which
# goes to the host. Each recorded command NAME is a folder there, with files args, and stdout,
# stderr and status of devlink (.theirs) and of vmcoredd devlink (.ours).

out=/tmp/out/${0##*/}
out=${out%.sh}
sim=/sys/kernel/debug/devlinksim
nsim=/sys/kernel/debug/netdevsim
trace=/sys/kernel/tracing

# has COMMAND: whether the program under test has it.
has() { [ -e "/tmp/have/$1" ]; }

# record NAME WHO PROGRAM...: runs one program.
record() {
  folder=$out/$1
  who=$2
  shift 2
  mkdir -p "$folder"
  "$@" >"$folder/stdout.$who" 2>"$folder/stderr.$who" </dev/null
  echo $? >"$folder/status.$who"
}

# both NAME ARGUMENT...: the same command by devlink and by vmcoredd devlink, for
# what changes nothing.
both() {
  name=$1
  shift
  mkdir -p "$out/$name"
  printf '%s\n' "$@" >"$out/$name/args"
  record "$name" theirs devlink "$@"
  ! has devlink || record "$name" ours vmcoredd devlink "$@"
}

# ours NAME ARGUMENT...: what devlink does not have.
ours() {
  name=$1
  shift
  has devlink || return 0
  mkdir -p "$out/$name"
  printf '%s\n' "$@" >"$out/$name/args"
  record "$name" ours vmcoredd devlink "$@"
}

# twin_of WORD: sets `twin` to the word with the name of the twin in it.
twin_of() {
  twin=$1
  case $1 in
    *netdevsim11*) twin=${1%%netdevsim11*}netdevsim12${1#*netdevsim11} ;;
    *devlinksim.0*) twin=${1%%devlinksim.0*}devlinksim.1${1#*devlinksim.0} ;;
  esac
}

# twin NAME ARGUMENT...: the same for what changes something: ours on the twin of
# the device that devlink gets, so that each finds what it left itself. The host takes
# the twins' names for equal.
twin() {
  name=$1
  shift
  mkdir -p "$out/$name"
  printf '%s\n' "$@" >"$out/$name/args"
  : >"$out/$name/twin"
  record "$name" theirs devlink "$@"
  has devlink || return 0
  # Moves every argument from the front to the end, with the twin's name.
  for word; do
    twin_of "$word"
    set -- "$@" "$twin"
    shift
  done
  record "$name" ours vmcoredd devlink "$@"
}

# poke FILE TEXT: writes into debugfs of a device and of its twin.
poke() {
  echo "$2" >"$1"
  twin_of "$1"
  echo "$2" >"$twin"
}

# fresh_sim BYTES: both devices of devlinksim as if they were new, the region "big"
# with so many bytes.
fresh_sim() {
  echo "$1" >/sys/module/devlinksim/parameters/region_size
  for number in 0 1; do
    echo "devlinksim.$number" >/sys/bus/platform/drivers/devlinksim/unbind
    echo "devlinksim.$number" >/sys/bus/platform/drivers/devlinksim/bind
  done
}

# new_netdevsim ID [BYTES]: with a region "dummy" of so many bytes (32 KiB).
new_netdevsim() {
  echo "${2:-32768}" >/sys/module/netdevsim/parameters/dummy_region_size
  echo "$1 1" >/sys/bus/netdevsim/new_device
}

# within SECONDS COMMAND...: repeats until it succeeds.
within() {
  tries=$(($1 * 50))
  shift
  until "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "not within the time: $*"; return 1; }
    sleep 0.02
  done
}
