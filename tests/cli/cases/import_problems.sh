# What nobody says is an error that names the option; what cannot be used is left out.
golden=$SOURCE/tests/golden/devlink-output
cp "$golden/region-dump-600.txt" "$golden/health-dump.txt" "$golden/health-show.txt" .
printf '0x00000000 0x00000001\n' > regs
expect 3 vmcoredd import region-dump-600.txt -o out
expect 3 vmcoredd import --device pci/0000:00:05.0 region-dump-600.txt -o out
expect 3 vmcoredd import --device pci/0000:00:05.0 region-dump-600.txt -o out --json | grep '"archive"'
expect 3 vmcoredd import --device pci/0000:00:05.0 --region r region-dump-600.txt -o out
expect 3 vmcoredd import health-dump.txt -o out
expect 3 vmcoredd import --format health-dump --device pci/0000:00:05.0 health-dump.txt -o out
expect 3 vmcoredd import regs -o out
expect 3 vmcoredd import --format raw --device pci/0000:00:05.0 regs -o out
expect 3 vmcoredd import --device pci/0000:00:06.0 health-show.txt -o out
cp "${golden%-output}-header/region-dump-600.txt" headed
for option in '--device pci/0000:00:06.0' '--region r' '--snapshot 2' '--size 601'; do
  expect 3 vmcoredd import $option headed -o out
done
expect 3 vmcoredd import --device pci/0000:00:05.0 --size 4 regs -o out
ls

expect 2 vmcoredd import --device pci regs -o out
expect 2 vmcoredd import --device pci/x --snapshot first regs -o out
expect 2 vmcoredd import --device pci/x --time yesterday regs -o out
expect 2 vmcoredd import --device pci/x --port eth0 regs -o out
expect 2 vmcoredd import --format word regs -o out
expect 2 vmcoredd import --device '' regs -o out
expect 2 vmcoredd import --device pci/x --size 0 regs -o out
expect 2 vmcoredd import --device pci/x --size many regs -o out
expect 2 vmcoredd import regs

: > empty
printf '\177ELF' > elf
expect 3 vmcoredd import empty elf missing . -o out
expect 3 vmcoredd import --format region --device pci/x elf -o out
lspci=$'00:01.0 Bridge\n'
expect 3 vmcoredd import - -o out <<< "$lspci"

# The others are imported; of two with one name the first.
expect 3 vmcoredd import --device pci/0000:00:05.0 elf regs regs -o out
vmcoredd list out
expect 1 vmcoredd import --device pci/0000:00:05.0 regs -o out
vmcoredd import --device pci/0000:00:05.0 regs -f -o out

# Names are data of an enemy.
name=$(printf 'pci_0000:00:05.0_a\033[31m\xff_snap1.txt')
cp region-dump-600.txt "$name"
vmcoredd import "$name" -f -o out
vmcoredd list out
