# 70 dumps, names of 44 bytes without NUL, paths and escape sequences: one line
# each, nothing reaches the terminal as it is.
make v <<'END'
elf
dump name=many_{} count=70 size=16
dump name=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa size=16
dump name="../../../../etc/cron.d/x" size=16
dump name="\x1b]0;owned\x07\x1b[2J" size=16
dump name='back\\slash "quote"' size=16
dump name="line\nfeed\x0d" size=16
dump name="" size=16
dump name=foreign owner="EVIL\x1b" size=16
load size=4K
END
vmcoredd list v | tail -9
vmcoredd list --json v | python3 -c '
import json, sys
text = sys.stdin.read()
assert text.isascii() and not any(c < " " and c != "\n" for c in text)
dumps = json.loads(text)["files"][0]["dumps"]
print(len(dumps), [dump["index"] for dump in dumps] == list(range(77)))
print(*(dump["name"] for dump in dumps[70:]), sep="\n")'
on_terminal vmcoredd list v | grep -c '<1b>' || true
