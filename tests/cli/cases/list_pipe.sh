make v <<'END'
elf
dump name=ddgen_0000:00:04.0 size=65536
load size=1M data=random:1
END
need zstd
zstd -q v
# The writer need not be read to its end.
{ zstdcat v.zst || true; } | vmcoredd list -
vmcoredd list v.zst
{ gzip -c v || true; } | vmcoredd list -
