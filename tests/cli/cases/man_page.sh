# The manual page is clean and knows every option of every subcommand.
need mandoc
page="$SOURCE/readers/cli/vmcoredd.1"
mandoc -Tlint -W warning "$page"
mandoc -Tascii "$page" | sed 's/.\x08//g' > text
for command in list info extract show pack attach detach verify unflatten; do
  vmcoredd $command --help | sed '/^Examples:/,$d' | grep -o -- '--[a-z-]*' | sort -u
done | sort -u | while read -r option; do
  grep -q -- "$option" text || echo "$option is not in the manual page"
done
