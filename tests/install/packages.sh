#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: packages.sh BUILD_DIR
# shellcheck disable=SC2016 # dpkg-query and the shell in the root expand these
# Our .deb and .rpm files, installed, upgraded and removed in a Debian root folder
# with kdump-tools: what the maintainer scripts leave, and what they do not. The
# programs are BUILD_DIR's own: `./dev package` leaves such a build. Exit code 77, with a reason, where that cannot be.
set -euo pipefail

build=$1
here=$(cd "$(dirname "$0")" && pwd)
step() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }
fail() { echo "error: $*" >&2; exit 1; }
skip() { echo "skipped: $*"; exit 77; }

[ "$(id -u)" = 0 ] || skip "only root can install packages in a root folder"
for tool in mmdebstrap dpkg-shlibdeps file; do
  command -v "$tool" >/dev/null || skip "$tool is not installed"
done
[ -e "$build/collector/vmcoredd-collect" ] || skip "$build is not built (./dev package)"
cached=$("$here/../e2e/debian/root.sh" --cached) || skip "the Debian root is not made yet (./dev e2e debian makes it, once)"

work=$(mktemp -d "${TMPDIR:-/tmp}/vmcoredd-packages.XXXXXX")
trap 'rm -rf "$work"' EXIT

step "packages of two versions"
generators=DEB
! command -v rpmbuild >/dev/null || generators='DEB;RPM'
for version in 0.8.0 0.9.0; do
  cpack -G "$generators" --config "$build/CPackConfig.cmake" -B "$work/$version" -R "$version" \
    -D CPACK_STRIP_FILES=ON >"$work/cpack.log" 2>&1 || { tail -n 20 "$work/cpack.log"; fail cpack; }
done
find "$work" -maxdepth 2 -name "*.deb" -o -maxdepth 2 -name "*.rpm" | sort | xargs ls -l | awk '{ print $5, $NF }' | sed "s|$work/||"

root=$work/root
cp -a --reflink=auto "$cached" "$root"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
kernel=$(basename "$root"/lib/modules/*)
image=$root/var/lib/kdump/initrd.img-$kernel
in_root() { chroot "$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }

# apt ARGUMENT...: quiet, unless it fails.
apt() { in_root apt-get -y -o Dpkg::Use-Pty=0 "$@" >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; fail "apt-get $*"; }; }
install_debs() {
  rm -rf "$root/debs"
  mkdir "$root/debs"
  cp "$work/$1"/vmcoredd_*.deb "$work/$1"/vmcoredd-collect_*.deb "$root/debs"
  apt install --no-install-recommends --allow-downgrades /debs/vmcoredd_"$1"_amd64.deb /debs/vmcoredd-collect_"$1"_amd64.deb
}
# Not in a pipe: grep -q ends early, and pipefail then sees a failed program.
image_has() {
  in_root lsinitramfs "/var/lib/kdump/initrd.img-$kernel" >"$work/listed"
  grep -qx "$1" "$work/listed"
}
has_us() { image_has usr/sbin/vmcoredd-collect; }

step "without us"
in_root /etc/kernel/postinst.d/kdump-tools "$kernel" >/dev/null 2>&1
! has_us || fail "the image has our program already"
in_root dpkg-query -W -f '${Package}\n' | sort >"$work/packages-before"

step "install"
install_debs 0.8.0
has_us || fail "the image of kdump-tools was not rebuilt: $(cat "$work/apt.log")"
in_root vmcoredd layout list >"$work/layouts"
grep -q '^nvme ' "$work/layouts" || fail "no layouts are installed: $(cat "$work/layouts")"
image_has usr/lib/vmcoredd/early || fail "the image has no early phase"
in_root sh -c "rm -rf /tmp/u; unmkinitramfs /var/lib/kdump/initrd.img-$kernel /tmp/u"
order=$(find "$root/tmp/u" -path '*scripts/init-top/ORDER' -exec cat {} +)
[[ $order == *init-top/00-vmcoredd*init-top/udev* ]] || fail "the boot script is not before udev: $order"
in_root lsinitramfs "/boot/initrd.img-$kernel" >"$work/normal"
! grep -q vmcoredd "$work/normal" || fail "the normal image has something of ours"
for unit in vmcoredd-record.service vmcoredd-finalise.service vmcoredd-refresh.timer \
  vmcoredd-baseline.timer vmcoredd-baseline.path vmcoredd-watch.service; do
  [ "$(in_root systemctl is-enabled "$unit")" = enabled ] || fail "$unit is not enabled"
done
in_root sh -c 'for unit in /usr/lib/systemd/system/vmcoredd-*; do systemd-analyze verify --man=no "$unit" 2>&1 || exit; done' |
  { ! grep -i vmcoredd; } || fail "systemd-analyze verify"
[ "$(stat -c %a "$root/var/lib/vmcoredd")" = 700 ]

step "a plugin comes: the trigger puts it into the image"
mkdir -p "$work/plugin/DEBIAN" "$work/plugin/usr/lib/vmcoredd/plugins"
printf 'Package: vmcoredd-test\nVersion: 1\nArchitecture: all\nMaintainer: none <none@example.org>\nDescription: test\n' \
  >"$work/plugin/DEBIAN/control"
printf '#!/bin/sh\nexit 1\n' >"$work/plugin/usr/lib/vmcoredd/plugins/test"
chmod +x "$work/plugin/usr/lib/vmcoredd/plugins/test"
dpkg-deb --root-owner-group -b "$work/plugin" "$root/debs/plugin.deb" >/dev/null
in_root dpkg -i /debs/plugin.deb >"$work/dpkg.log" 2>&1 || { cat "$work/dpkg.log"; fail "the plugin"; }
image_has usr/lib/vmcoredd/plugins/test || fail "the plugin is not in the image"
in_root dpkg --purge vmcoredd-test >/dev/null 2>&1
! image_has usr/lib/vmcoredd/plugins/test || fail "the plugin is still in the image"

step "upgrade, with a changed configuration"
echo '# changed' >>"$root/etc/vmcoredd/vmcoredd.conf"
before=$(stat -c %i%Y "$image")
install_debs 0.9.0
[ "$(stat -c %i%Y "$image")" != "$before" ] || fail "the image was not rebuilt"
has_us || fail "the upgrade lost us from the image"
grep -q '^# changed' "$root/etc/vmcoredd/vmcoredd.conf" || fail "the user's configuration was lost"
[ "$(in_root dpkg-query -W -f '${Version}' vmcoredd-collect)" = 0.9.0 ]

step "an image that cannot be built costs nothing"
sed -i 's/^MODULES=.*/MODULES=dep/' "$root/etc/initramfs-tools/initramfs.conf"
before=$(sha256sum <"$image")
install_debs 0.8.0
grep -q 'could not be rebuilt and is as before' "$work/apt.log" || fail "nothing was said: $(cat "$work/apt.log")"
[ "$(sha256sum <"$image")" = "$before" ] || fail "the old image is gone"
sed -i 's/^MODULES=.*/MODULES=list/' "$root/etc/initramfs-tools/initramfs.conf"

step "remove, then purge"
mkdir -p "$root/var/crash/vmcoredd" "$root/var/lib/vmcoredd/pending"
touch "$root/var/crash/vmcoredd/vmcoredd-1.vmcoredd" "$root/var/lib/vmcoredd/pending/vmcoredd-2.vmcoredd"
apt remove vmcoredd-collect vmcoredd
! has_us || fail "we are still in the image"
left=$(find "$root/usr" "$root/etc" -name '*vmcoredd*' ! -path '*/vmcoredd/vmcoredd.conf' ! -path '*/etc/vmcoredd' || true)
left=$(grep -v '/etc/systemd' <<<"$left" || true)
[ -z "$left" ] || fail "left after remove: $left"
apt purge vmcoredd-collect vmcoredd
left=$(find "$root/usr" "$root/etc" -name '*vmcoredd*')
[ -z "$left" ] || fail "left after purge: $left"
for file in var/crash/vmcoredd/vmcoredd-1.vmcoredd var/lib/vmcoredd/pending/vmcoredd-2.vmcoredd; do
  [ -e "$root/$file" ] || fail "purge took evidence away: $file"
done
in_root dpkg-query -W -f '${Package}\n' | sort | diff "$work/packages-before" -

[[ $generators == *RPM* ]] || { echo "rpmbuild is not installed: no .rpm tried"; exit 0; }

step "rpm: install, upgrade, remove, with stand-ins for kdumpctl and systemctl"
for name in kdumpctl systemctl; do
  printf '#!/bin/sh\necho "%s $*" >>/calls\n' "$name" >"$root/usr/sbin/$name"
  chmod +x "$root/usr/sbin/$name"
done
rm -f "$root/usr/bin/systemctl"
mkdir -p "$root/usr/lib/python3.9/site-packages/sos/report/plugins" "$root/etc/sysconfig"
printf 'KDUMP_POSTSCRIPT=""\n' >"$root/etc/sysconfig/kdump"
mkdir -p "$root/rpms"
rpm_in_root() { rpm --root "$root" --nodeps "$@" >"$work/rpm.log" 2>&1 || { cat "$work/rpm.log"; fail "rpm $*"; }; }
link=$root/usr/lib/python3.9/site-packages/sos/report/plugins/vmcoredd.py

rpm_in_root -i "$work"/0.8.0/vmcoredd-collect-0.8.0*.rpm
grep -qx 'kdumpctl rebuild' "$root/calls" || fail "kdumpctl was not asked to rebuild"
grep -q 'systemctl enable vmcoredd-record.service' "$root/calls"
[ -x "$root/etc/kdump/post.d/50-vmcoredd" ] && [ -x "$root/usr/lib/dracut/modules.d/50vmcoredd/module-setup.sh" ]
[ -L "$link" ] || fail "the sos plugin is not linked"
grep -q suse-postscript "$root/etc/sysconfig/kdump"

: >"$root/calls"
echo '# changed' >>"$root/etc/vmcoredd/vmcoredd.conf"
rpm_in_root -U "$work"/0.9.0/vmcoredd-collect-0.9.0*.rpm
grep -q '^# changed' "$root/etc/vmcoredd/vmcoredd.conf" || fail "the user's configuration was lost"
[ "$(grep -cx 'kdumpctl rebuild' "$root/calls")" = 1 ] || fail "rebuilt $(cat "$root/calls")"
! grep -q disable "$root/calls" || fail "an upgrade disables units: $(cat "$root/calls")"
[ -L "$link" ] && grep -q suse-postscript "$root/etc/sysconfig/kdump"

: >"$root/calls"
rpm_in_root -e vmcoredd-collect
for call in 'kdumpctl rebuild' 'systemctl disable'; do
  grep -q "$call" "$root/calls" || fail "no $call: $(cat "$root/calls")"
done
[ ! -L "$link" ] && ! grep -q suse-postscript "$root/etc/sysconfig/kdump"
left=$(find "$root/usr" "$root/etc" -name '*vmcoredd*' ! -path '*/etc/vmcoredd*')
[ -z "$left" ] || fail "left by rpm: $left"

step "done"
