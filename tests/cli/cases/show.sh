make v <<'END'
archive
dump name="esc\x1b" size=1000
dump name=zeros size=1000 data=zero
dump name=text size=21 data="text:The quick brown fox.."
dump name=zstd size=100000 codec=zstd
manifest
END
vmcoredd show v -s 2
vmcoredd show v -s 1 --length all
vmcoredd show v -s 2 --offset 0x4 --length 5
expect 1 vmcoredd show v -s 2 --offset 1K
vmcoredd show v -s 2 --stored --length 32
vmcoredd show v -s 0 | head -2
