make v <<'END'
elf
dump name=one size=100
dump name=two size=100
END
vmcoredd extract v -O -s one | wc -c
expect 2 vmcoredd extract v -O
expect 1 vmcoredd extract v -O -s three
on_terminal vmcoredd extract v -O -s one
