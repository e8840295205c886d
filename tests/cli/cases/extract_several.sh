# Each vmcore gets a folder of its own; equal names are told apart.
mkdir crash1 crash2
make crash1/vmcore <<'END'
elf
dump name=a size=10
END
cp crash1/vmcore crash2/vmcore
cp crash1/vmcore other
vmcoredd extract crash1/vmcore other crash2/vmcore -o out
expect 1 vmcoredd extract crash1/vmcore other -s b -o none
test ! -e none
ln -s /tmp link
mkdir trap
ln -s ../out trap/other
expect 1 vmcoredd extract crash1/vmcore other -o trap
