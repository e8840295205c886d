# The manual pages are clean and know every option of every subcommand.
need mandoc
# known PAGE COMMAND...
known() {
  local page=$1 command option
  shift
  mandoc -Tlint -W warning "$page"
  mandoc -Tascii "$page" | sed 's/.\x08//g' > text
  for command in "$@"; do
    vmcoredd $command --help | sed '/^Examples:/,$d' | grep -o -- '--[a-z-]*' | sort -u
  done | sort -u | while read -r option; do
    [ "$option" = --help ] || grep -q -- "$option" text || echo "$option is not in $page"
  done
}
known "$SOURCE/readers/cli/vmcoredd.1" list info extract show export pack import attach detach verify unflatten capture baseline report timeline redact decode diff "layout check" "layout list" "layout import"
known "$SOURCE/readers/cli/vmcoredd-setup.8" prepare record finalise doctor
known "$SOURCE/readers/cli/devlink/vmcoredd-devlink.8" devlink
# Its options are those of vmcoredd-devlink(8).
mandoc -Tlint -W warning "$SOURCE/collector/health/vmcoredd-health.8"
known "$SOURCE/collector/watch/vmcoredd-watch.8" watch
# Every key of the configuration is in its page.
mandoc -Tlint -W warning "$SOURCE/collector/setup/vmcoredd.conf.5"
mandoc -Tascii "$SOURCE/collector/setup/vmcoredd.conf.5" | sed 's/.\x08//g' > text
sed -n 's/^#\([a-z_]*\) = .*/\1/p' "$SOURCE/collector/setup/vmcoredd.conf" | while read -r key; do
  grep -q -w -- "$key" text || echo "$key is not in vmcoredd.conf(5)"
done
