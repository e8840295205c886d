make v <<< 'kdump'
make w <<< 'kdump version=3'
make x <<< 'elf'
vmcoredd list v
expect 1 vmcoredd list v w
expect 3 vmcoredd list x
