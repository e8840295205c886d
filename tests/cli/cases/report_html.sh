# One page of HTML: by the name of the file, or because it is asked for.
make a <<'END'
archive
dump name=pci_0000:02:00.0 size=4096 data=fill:0xff
dump name=<b>bold</b> size=64 data=text:</script>
manifest kind=crash
END
title() { grep -o '<title>.*</title>' "$1"; }
echo "-- a device that is gone is something to look at"
expect 1 vmcoredd report a -o out.html
title out.html
ls out*
grep -o 'aria-hidden="true"><use href="#i-gone"/></svg><b>1</b> gone' out.html
stat -c %a out.html
echo "-- what is there stays"
echo something > old.html
expect 1 vmcoredd report a -o old.html
cat old.html
expect 1 vmcoredd report a -f -o out.html
echo "-- to standard output, and under any name"
vmcoredd report a --html > stdout || true
same stdout out.html
vmcoredd report a --html -o page || true
same page out.html
echo "-- text and JSON as before"
vmcoredd report a -o out.txt || true
head -n 3 out.txt
vmcoredd report a --json -o json.html || true
head -c 30 json.html
echo
echo "-- names are text"
grep -c '<b>bold' out.html || true
grep -o '&lt;b&gt;bold&lt;/b&gt;</a>' out.html
expect 2 vmcoredd report a --html --json
expect 2 vmcoredd timeline a --html
