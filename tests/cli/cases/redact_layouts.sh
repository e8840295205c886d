# SPDX-License-Identifier: LGPL-2.1-or-later
# What decode says is private is gone when it was redacted, in dumps of many layouts of ours;
# and of bytes and texts that no layout knows decode says it.
export HOME=$PWD XDG_CONFIG_HOME=$PWD
mine="$SOURCE/tests/golden/decode/layouts"
for dump in ath10k bnxt cudbg-plain e1000e firmware fmsg-netdevsim health-text iwlwifi mlx4 mlx5 \
  mlx5-reporters mlx5-resource-dump mv88e6xxx numbers pci pci-rich virtio; do
  mkvmcore "$SOURCE/tests/golden/decode/$dump.txt" -o "$dump"
  vmcoredd redact "$dump" --layouts "$mine" -o "$dump.clean" > out 2> messages || true
  [ ! -e "$dump.clean" ] || vmcoredd decode --json "$dump.clean" --layouts "$mine" > "$dump.json" 2> messages || true
  vmcoredd decode --json "$dump" --layouts "$mine" > "$dump.before" 2> messages || true
done
python3 - <<'EOF'
import glob, json

def fields(name):
    with open(name) as text:
        for dump in json.load(text)["dumps"]:
            for field in dump.get("fields", []):
                yield dump, field

seen = set()
for name in sorted(glob.glob("*.before")):
    for dump, field in fields(name):
        if "privacy" in field:
            seen.add((dump["layout"], field["path"].rsplit(".", 1)[-1]))
for layout, field in [("devlink-health-text", "TEXT"), ("mlx5-crspace", "high"),
                      ("mlx4-cr-space", "space_0"), ("bert", "RAW"), ("pci-config", "DATA"),
                      ("cper", "TEXT"), ("pci-config", "SERIAL"), ("devlink-fmsg", "test_string")]:
    if (layout, field) not in seen: print(f"{layout}: {field} is not private")
checked = 0
for name in sorted(glob.glob("*.json")):
    for dump, field in fields(name):
        if "privacy" not in field: continue
        checked += 1
        if field.get("bytes", "").strip("0") or int(field.get("value", "0"), 16):
            print(f"{name}: {dump['name']}: {field}")
print("all of it is gone" if checked > 100 else f"only {checked} fields")
EOF
