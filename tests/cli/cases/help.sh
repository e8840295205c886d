# Every subcommand explains itself, with an example, and exits with 0.
vmcoredd --help > help
for command in list info extract show export pack import attach detach verify unflatten prepare record finalise doctor; do
  grep -q "^  $command " help && vmcoredd $command --help > one
  grep -A1 '^Examples:' one | tail -1
done
grep "^  devlink " help
tail -5 help
