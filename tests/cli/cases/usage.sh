# What makes no sense is told before anything is read, with exit code 2.
make v <<< 'archive'
{
  expect 2 vmcoredd
  expect 2 vmcoredd frobnicate
  expect 2 vmcoredd list
  expect 2 vmcoredd list --frobnicate v
  expect 2 vmcoredd extract v
  expect 2 vmcoredd extract v -o d -O
  expect 2 vmcoredd extract v -O --json
  expect 2 vmcoredd extract v -o d -s
  expect 2 vmcoredd show v --offset twelve
  expect 2 vmcoredd show v --length 0x
  expect 2 vmcoredd show v --length 99999999999G
  expect 2 vmcoredd export lspci v
  expect 2 vmcoredd export xml v -o a
  expect 2 vmcoredd export lspci -o a
  expect 2 vmcoredd pack -o a
  expect 2 vmcoredd pack -o a --file name
  expect 2 vmcoredd pack -o a --file ../x=v
  expect 2 vmcoredd attach v
  expect 2 vmcoredd unflatten v
} 2>&1
ls
