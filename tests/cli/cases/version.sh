vmcoredd --version
