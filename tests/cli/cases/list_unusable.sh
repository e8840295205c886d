make good <<'END'
elf
dump name=a size=16
load size=4K
END
printf "\033[31mnot a vmcore\n" > noise
: > empty
mkdir folder
expect 3 vmcoredd list noise
expect 3 vmcoredd list empty
expect 3 vmcoredd list missing
expect 3 vmcoredd list folder
expect 3 vmcoredd list missing good
expect 3 vmcoredd list --json missing
expect 3 vmcoredd list -
