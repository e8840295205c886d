# The same dumps in every container give the same names and sizes.
content='dump name=ddgen_0000:00:04.0 size=65536
dump name=ddgen_0000:00:05.0_fw size=300001
vmcoreinfo OSRELEASE=6.1.0-test PAGESIZE=4096'
{ echo elf; echo "$content"; echo 'load size=64K'; } | make elf64
{ echo elf class=32 order=be machine=ppc; echo "$content"; echo 'load size=64K'; } | make elf32be
{ echo kdump release=6.1.0-test machine=x86_64; echo "$content"; } | make kdump
{ echo kdump order=be release=6.1.0-test machine=s390x; echo "$content"; } | make kdumpbe
{ echo elf; echo "$content"; echo flatten; } | make elf-flat
{ echo kdump release=6.1.0-test machine=x86_64; echo "$content"; echo flatten order=reverse; } | make kdump-flat
{ echo archive; sed '/vmcoreinfo/d' <<< "$content"; echo manifest; } | make archive
vmcoredd list elf64 elf32be kdump kdumpbe elf-flat kdump-flat archive
echo
vmcoredd list archive
