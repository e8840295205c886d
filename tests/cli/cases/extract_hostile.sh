# Names are one file in the folder, whatever they say, and no link is followed.
make v <<'END'
elf
dump name="../evil" size=16
dump name="/tmp/evil" size=16
dump name="..": size=16
dump name=".hidden" size=16
dump name="-rf" size=16
dump name="" size=16
dump name="x.partial" size=16
dump name=x size=16
dump name="\x1b[2J\n" size=16
dump name=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa size=16
dump name=link size=16
END
mkdir out
ln -s ../target out/link
ln -s ../target2 out/x.partial.partial
expect 1 vmcoredd extract v -o out
ls -A
ls -A out
expect 1 vmcoredd extract v -o out -s link --force
test -L out/link && test ! -e target
