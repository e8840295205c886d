# A reader that goes away ends the program as it ends any other: without a word.
make v <<'END'
elf
dump name=many_{} count=5000 size=16
END
expect 141 vmcoredd list v | head -2
