# What is damaged is imported as far as it is certain, marked, and told.
golden=$SOURCE/tests/golden/devlink-output
region=(--device pci/0000:00:05.0 --region r --snapshot 1 -f -o out)
outcome() { vmcoredd import --json "${region[@]}" "$@" 2> /dev/null | grep -E '"(bytes|outcome|holes)"' | tr -s ' \n' ' '; echo; }

head -c 100 "$golden/region-dump-600.txt" > cut
expect 1 vmcoredd import "${region[@]}" cut
outcome cut || true
vmcoredd verify out
head -c 100 "$golden/region-dump-600.json" > cut.json
expect 1 vmcoredd import "${region[@]}" cut.json
outcome cut.json || true
sed 5d "$golden/region-dump-600.txt" > gap
expect 1 vmcoredd import "${region[@]}" gap
outcome gap || true
(head -n 3 "$golden/region-dump-600.txt"; head -n 3 "$golden/region-dump-600.txt") > again
expect 1 vmcoredd import "${region[@]}" again
outcome again || true
gzip -c "$golden/region-dump-600.txt" | head -c 300 > cut.gz
expect 1 vmcoredd import "${region[@]}" cut.gz
printf '0000000000000000 00 \n\033[31mred\033[m\n' > colour
expect 1 vmcoredd import "${region[@]}" colour

# Cut exactly between two lines: only who knows the size can tell.
head -n 31 "$golden/region-dump-600.txt" > between
vmcoredd import "${region[@]}" between
expect 1 vmcoredd import "${region[@]}" --size 600 between
outcome between --size 600 || true
cp "${golden%-output}-header/region-dump-600-cut.txt" .
expect 1 vmcoredd import region-dump-600-cut.txt -f -o out
vmcoredd verify out
vmcoredd extract out -O | head -c 496 | cmp - <(vmcoredd import "${region[@]}" between > /dev/null && vmcoredd extract out -O)
printf '# device pci/0000:00:05.0\n# region r\n# snapshot 1\n# size many\n# time \\x1b\n0000000000000000 00 \n' > odd
vmcoredd import odd -f -o out

# netdevsim's message: devlink lost half of it, and exited with 0.
cp "$golden/health-dump-unbalanced.txt" .
expect 1 vmcoredd import --format health-dump --device netdevsim/netdevsim1 --reporter dummy \
  health-dump-unbalanced.txt -f -o out
vmcoredd extract out -O | cmp - "$golden/health-dump-unbalanced.txt"

# Not damage, but to be known.
printf '0000000000000000 0014 95dc\n' > groups
vmcoredd import "${region[@]}" groups
printf '0x00000000 0x00000001\n0x00000000 0x00000002\n' > twice
vmcoredd import --device pci/0000:00:05.0 twice -f -o out
