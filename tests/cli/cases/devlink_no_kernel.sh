# What the grammar refuses, and what helps, needs no kernel; all of it exits with 1 or 0.
no() { expect 1 vmcoredd devlink "$@" --netlink-socket nobody; }
vmcoredd devlink help | head -3
vmcoredd devlink region help | head -2
vmcoredd devlink health dump help | head -1
vmcoredd devlink -h | tail -1
vmcoredd devlink -V | sed 's/[0-9.]*$/N/'
no region foo
no foo
no r show
no region dump
no region dump a/b snapshot 1
no region dump a/b/c
no region dump a/b/c snapshot x
no region dump a/b/c snapshot 4294967296
no region read a/b/c snapshot 1 address 0xfg
no region read a/b/c address 1
no region del a/b/c
no region show a/b/c more
no health show a/b
no health dump show a/b reporter
no health set a/b reporter x auto_dump perhaps
no dev reload a/b
no dev param set a/b name x value 1 cmode later
no monitor fire
no --nonsense region show
no region dump a/b/c snapshot 1 --raw
no region dump a/b/c snapshot 1 -o file
no -j -J region show
no -j --words region show
no region show --raw -o file
no health show --passive
no -J health recover a/b reporter x
no port show --words
no region show
