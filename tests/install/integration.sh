#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: integration.sh BUILD_DIR
# Every component of collector/integration: installed, tried as far as that goes
# without its distribution, and uninstalled without a trace.
set -euo pipefail

build=$1
here=$(cd "$(dirname "$0")" && pwd)
source=$here/../../collector/integration
work=$(mktemp -d "${TMPDIR:-/tmp}/vmcoredd-integration.XXXXXX")
trap 'rm -rf "$work"' EXIT
export DESTDIR=$work/root

step() { printf '\n== %s\n' "$*"; }
fail() { echo "error: $*" >&2; exit 1; }

step "a plain installation brings none of it"
(unset DESTDIR && cmake --install "$build" --prefix "$work/plain" >/dev/null)
[ -z "$(find "$work/plain" -name 'early' -o -name '*initramfs*' -o -name '*.service')" ] || fail "hooks were installed"

for component in Common Debian Dracut RedHat Suse Sos; do
  step "Integration$component"
  # A file of somebody else in the same folder stays.
  mkdir -p "$DESTDIR/etc/kdump/post.d"
  touch "$DESTDIR/etc/kdump/post.d/10-other"
  cmake --install "$build" --component "Integration$component"
  find "$DESTDIR" -type f -name '*' ! -name 10-other >"$work/installed"
  [ -s "$work/installed" ] || fail "nothing was installed"
  while read -r file; do
    case $(head -n 1 "$file") in
      '#!/bin/sh') dash -n "$file" ;;
      '#!/bin/bash') bash -n "$file" ;;
    esac
  done <"$work/installed"
  "$source/uninstall" "$build" "Integration$component"
  left=$(cd "$DESTDIR" && find . -type f -o -name '*vmcoredd*')
  [ "$left" = ./etc/kdump/post.d/10-other ] || fail "left behind: $left"
  rm -rf "$DESTDIR"
done
! "$source/uninstall" "$build" IntegrationDebian 2>"$work/said" || fail "uninstalled twice"
grep -q 'was IntegrationDebian installed' "$work/said"

step "the core collector's wrapper"
# Stand-ins: makedumpfile counts its output and fails when it is told to.
mkdir -p "$work/bin" "$work/spool"
cat >"$work/bin/makedumpfile" <<'EOF'
#!/bin/sh
echo "$*" >>"$LOG"
printf 'stream'
exit "${MAKEDUMPFILE_EXIT:-0}"
EOF
cat >"$work/bin/collect" <<'EOF'
#!/bin/sh
cat
printf '+notes'
exit "${COLLECT_EXIT:-0}"
EOF
chmod +x "$work/bin"/*
wrapper=$work/bin/vmcoredd-makedumpfile
sed "s|/usr/sbin/vmcoredd-collect|$work/bin/collect|; s|/run/vmcoredd|$work/spool|g" "$source/redhat/vmcoredd-makedumpfile" >"$wrapper"
chmod +x "$wrapper"
export LOG=$work/log PATH=$work/bin:$PATH
for shell in dash bash; do
  : >"$LOG"
  # check EXPECTED-OUTPUT EXPECTED-CODE ARGUMENT...
  check() {
    local expected=$1 code=$2 status=0
    shift 2
    "$shell" "$wrapper" "$@" >"$work/out" || status=$?
    [ "$(cat "$work/out")" = "$expected" ] || fail "$shell $*: $(cat "$work/out")"
    [ "$status" = "$code" ] || fail "$shell $*: exit code $status"
    [ "$(tail -n 1 "$LOG")" = "$*" ] || fail "$shell: makedumpfile got $(tail -n 1 "$LOG")"
  }
  check stream 0 -l -d 31 --num-threads=4 /proc/vmcore "/target/a b/vmcore-incomplete"
  check stream+notes 0 -l -d 31 -F /proc/vmcore
  MAKEDUMPFILE_EXIT=3 check stream+notes 3 -l -d 31 -F /proc/vmcore
  MAKEDUMPFILE_EXIT=3 check stream 3 -l /proc/vmcore file
  COLLECT_EXIT=1 check stream+notes 1 -F /proc/vmcore
  COLLECT_EXIT=1 check stream 0 /proc/vmcore file
done
mv "$work/spool" "$work/none" # nothing was captured
check stream 0 -l -d 31 -F /proc/vmcore

step "SUSE's postscript, and a user's"
export VMCOREDD_SYSCONFIG=$work/sysconfig
ours=/usr/lib/vmcoredd/suse-postscript
printf '# comment\nKDUMP_POSTSCRIPT=""\nKDUMP_OTHER="1"\n' >"$VMCOREDD_SYSCONFIG"
cp "$VMCOREDD_SYSCONFIG" "$work/before"
"$source/suse/configure" add
grep -qx "KDUMP_POSTSCRIPT=\"$ours\"" "$VMCOREDD_SYSCONFIG"
"$source/suse/configure" add # twice is once
[ "$(grep -c postscript "$VMCOREDD_SYSCONFIG")" = 1 ]
"$source/suse/configure" remove
diff "$work/before" "$VMCOREDD_SYSCONFIG"
printf 'KDUMP_OTHER="1"\n' >"$VMCOREDD_SYSCONFIG"
"$source/suse/configure" add
grep -qx "KDUMP_POSTSCRIPT=\"$ours\"" "$VMCOREDD_SYSCONFIG"
for theirs in '/root-of/notify me' "fence_kdump_send -p 7410 'host'" "$ours; /bin/theirs"; do
  printf 'KDUMP_POSTSCRIPT="%s"\n' "$theirs" >"$VMCOREDD_SYSCONFIG"
  cp "$VMCOREDD_SYSCONFIG" "$work/before"
  "$source/suse/configure" add 2>>"$work/said"
  "$source/suse/configure" remove 2>>"$work/said"
  diff "$work/before" "$VMCOREDD_SYSCONFIG"
done
grep -qF "KDUMP_POSTSCRIPT=\"$ours; /root-of/notify me\"" "$work/said"
unset VMCOREDD_SYSCONFIG

step "kdump-tools' reboot becomes ours in its own script, in a crash kernel, only"
mkdir -p "$work/init.d"
# shellcheck disable=SC2016 # for the script
printf '#!/bin/sh\n. %s/60\ncommand -v reboot\n' "$work" >"$work/init.d/kdump-tools"
cp "$work/init.d/kdump-tools" "$work/init.d/other"
sed "s|/proc/vmcore|$work/vmcore|; s|-x /usr/lib/vmcoredd/save|-x $work/bin/collect|" "$source/debian/init-functions" >"$work/60"
resolves() { NAME=$1 dash "$work/init.d/$2" || true; }
[ "$(resolves kdump-tools kdump-tools)" != reboot ] || fail "reboot is ours without a crash"
touch "$work/vmcore"
[ "$(resolves kdump-tools kdump-tools)" = reboot ] || fail "reboot is not ours"
[ "$(resolves kdump-tools other)" != reboot ] || fail "reboot is ours in another script"
[ "$(resolves other kdump-tools)" != reboot ] || fail "reboot is ours in another service"

step "a late spool that an earlier crash could not save is not in the way"
machine=$work/machine
mkdir -p "$machine/early" "$machine/crash/vmcoredd/.late"
touch "$machine/vmcore"
echo old >"$machine/crash/vmcoredd/.late/capture.spool"
echo "KDUMP_COREDIR=$machine/crash" >"$machine/kdump-tools"
# As the collector: a folder with a spool is refused; the archive cannot be written.
cat >"$machine/collect" <<'EOF'
#!/bin/sh
[ "$1" = capture ] || exit 1
while [ $# -gt 0 ]; do
  [ "$1" != --spool ] || spool=$2
  shift
done
[ ! -e "$spool/capture.spool" ] || exit 3
echo new >"$spool/capture.spool"
EOF
chmod +x "$machine/collect"
sed "s#/proc/vmcore#$machine/vmcore#g; s#^collect=.*#collect=$machine/collect#; s#^early=.*#early=$machine/early#
     s#/etc/default/kdump-tools#$machine/kdump-tools#g; /^echo 1000/d" "$source/crash/save" >"$machine/save"
dash "$machine/save" late
[ "$(cat "$machine/crash/vmcoredd/.late/capture.spool")" = new ] || fail "the late capture had no spool"
[ "$(cat "$machine/crash/vmcoredd/.late.old/capture.spool")" = old ] || fail "the old spool is gone"

step "sos plugin, with sos or a stand-in for it"
python3 - "$source/sos/vmcoredd.py" <<'EOF'
import importlib.util
import sys
import types

try:
    from sos.report.plugins import Plugin
except ImportError:
    class Plugin:
        calls = []
        def add_copy_spec(self, what, sizelimit=None): self.calls.append(("copy", what))
        def add_cmd_output(self, what, timeout=None): self.calls.append(("command", what))
        def add_journal(self, units): self.calls.append(("journal", units))
    module = types.ModuleType("sos.report.plugins")
    module.Plugin = Plugin
    for family in ("RedHat", "SuSE", "Debian", "Ubuntu", "Independent"):
        setattr(module, family + "Plugin", type(family + "Plugin", (), {}))
    for name in ("sos", "sos.report"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["sos.report.plugins"] = sys.modules["sos.report"].plugins = module
spec = importlib.util.spec_from_file_location("vmcoredd", sys.argv[1])
plugin = importlib.util.module_from_spec(spec)
sys.dont_write_bytecode = True
spec.loader.exec_module(plugin)
if hasattr(Plugin, "calls"):
    plugin.Vmcoredd().setup()
    assert {kind for kind, _ in Plugin.calls} == {"copy", "command", "journal"}, Plugin.calls
assert issubclass(plugin.Vmcoredd, Plugin)
# sos 4.0, of Debian 12, takes plugins of its own family only.
from sos.report import plugins
for family in ("RedHat", "SuSE", "Debian", "Ubuntu", "Independent"):
    assert issubclass(plugin.Vmcoredd, getattr(plugins, family + "Plugin")), family
print("ok, with", "a stand-in" if hasattr(Plugin, "calls") else "sos")
EOF
