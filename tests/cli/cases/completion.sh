. "$SOURCE/readers/cli/completion/vmcoredd.bash"
make v <<'END'
elf
dump name=pci_0000:00:04.0 size=10
dump name=pci_0000:00:05.0 size=10
dump name="with space'" size=10
dump name="back\\slash" size=10
END
touch v2
complete_line() {
  COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()
  echo "[$1]"
  _vmcoredd || true  # compopt works only while bash completes
  printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort
}
complete_line 'vmcoredd '
complete_line 'vmcoredd un'
complete_line 'vmcoredd extract --s'
complete_line 'vmcoredd extract v -s '
complete_line 'vmcoredd extract v -s pci_0000:00:0'
complete_line 'vmcoredd show v --length '
complete_line 'vmcoredd export '
complete_line 'vmcoredd export sysfs v -s pci_0000:00:05'
complete_line 'vmcoredd layout '
complete_line 'vmcoredd layout import --match-'
complete_line 'vmcoredd layout list --'
complete_line 'vmcoredd decode v --layout nvm'
complete_line 'vmcoredd diff v v2 --with pci_0000:00:05'
complete_line 'vmcoredd diff --'
complete_line 'vmcoredd layout import --format '
complete_line 'vmcoredd import v --format health-'
complete_line 'vmcoredd import v --re'
complete_line 'vmcoredd show v'
# What devlink can be asked, and what there is.
fake_devlink kernel
vmcoredd() { command vmcoredd "$1" --netlink-socket kernel "${@:2}"; }
timeout() { shift; "$@"; }
complete_line 'vmcoredd devlink re'
complete_line 'vmcoredd devlink -j region '
complete_line 'vmcoredd devlink region dump pci/0000:00:06'
complete_line 'vmcoredd devlink health show pci/0000:00:05.0/1 rep'
complete_line 'vmcoredd devlink health dump '
complete_line 'vmcoredd devlink --ra'
rm kernel
