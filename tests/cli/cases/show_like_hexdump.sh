need hexdump
make v <<'END'
archive
dump name=a size=100001
dump name=mixed size=300 data=fill:0x20
manifest
END
vmcoredd extract v -o out > /dev/null
check() { cmp <(vmcoredd show v -s "$1" "${@:2}" | tail -n +2) - && echo same; }
hexdump -C out/a | check a --length all
hexdump -C -n 256 out/a | check a
hexdump -C -s 12345 -n 1000 out/a | check a --offset 12345 --length 1000
hexdump -C -s 100000 out/a | check a --offset 100000
hexdump -C out/mixed | check mixed --length 300
