# SPDX-License-Identifier: LGPL-2.1-or-later
# The manual page is clean and knows every option and every key of the configuration.
given vmcoredd-collect
need mandoc
page="$SOURCE/collector/vmcoredd-collect.8"
mandoc -Tlint -W warning "$page"
mandoc -Tascii "$page" | sed 's/.\x08//g' > text
vmcoredd-collect --help | grep -o -- '--[a-z-]*' | sort -u | while read -r option; do
  grep -q -- "$option" text || echo "$option is not in the page"
done
grep -o '{"[a-z_]*", &Coll' "$SOURCE/collector/capture/collect_config.cpp" | cut -d'"' -f2 |
  while read -r key; do
    grep -q -w -- "$key" text || echo "$key is not in the page"
  done
grep -o '{"[a-z_]*", &Coll' "$SOURCE/collector/capture/collect_config.cpp" | wc -l
