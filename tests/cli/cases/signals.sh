# A signal leaves no partial file, wherever it comes.
mkfifo pipe
for signal in INT TERM HUP; do
  # Not started by the shell as a background job: that would ignore SIGINT.
  python3 - $signal <<'END'
import os, signal, subprocess, sys, time
program = subprocess.Popen(["vmcoredd", "pack", "--file", "x=pipe", "-o", "a"])
with open("pipe", "wb", buffering=0) as pipe:
    pipe.write(b"x" * 4096)
    while not os.path.exists("a.partial"):
        time.sleep(0.01)
    program.send_signal(getattr(signal, "SIG" + sys.argv[1]))
    print(sys.argv[1], program.wait() == -getattr(signal, "SIG" + sys.argv[1]))
END
  ls -A
done
