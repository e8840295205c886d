// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/command_line.h"

namespace vmcoredd {

const char kUsage[] =
    R"(usage: vmcoredd-collect COMMAND [OPTION...]

Collects the state of devices in a crash kernel, or on a running machine.

  capture   collect device dumps onto the spool
  hold      keep drivers off devices that the vmcore does not need
  save      make an archive of what is on the spool
  filter    add what is on the spool to a flattened vmcore in a pipe
  plan      show what capture would collect, and what not
  plugins   list the driver plugins

capture, plan:
  --phase PHASE       early: before drivers; late: when the vmcore is safe, devices
                      without driver; all (the default): outside of a crash kernel
  --early-spool DIR   late: what is on this spool is not repeated
                      (default /run/vmcoredd)
  --option KEY=VALUE  an option for a plugin, for example pci.full=1; may be repeated
  --allow CLASS       the riskiest dumps to collect: passive (the default),
                      side-effect or intrusive
  --spool-max BYTES   what the spool may grow to (default 4194304)
plan:
  --rehearse          read now what can be read without harm, and say how long it took
hold:
  --dry-run           show what would be held, and why the others are not
capture, hold, plan:
  --sysroot DIR       read devices from a captured tree instead of this machine
capture, hold, save, filter:
  --spool DIR         the spool's folder (default /run/vmcoredd); for save and filter
                      there may be several
save:
  --output FILE       the archive to write
  --directory DIR     or a folder for one that is named after the capture
  --fallback DIR      where to, if that fails; may be repeated
  --replace           replace an archive that exists
  --archive-max BYTES leave dumps out that would make it larger
  --vmcore PATH       note which crash this is: /proc/vmcore or an ELF vmcore
capture, plan, plugins:
  --plugin PATH       also use this plugin executable; may be repeated
  --deadline-ms N     what one plugin process may take (default 1000)
all:
  --config FILE       the configuration (default /etc/vmcoredd/collect.conf, if there)
  --verbose           tell of every dump; print errors even in a crash kernel;
                      save --directory: print the name of the archive
  --help, --version

Exit status: 0 all well, 1 something was skipped or is incomplete, 2 usage,
3 spool, tree or output not usable, 4 internal error. See vmcoredd-collect(8).
)";

}  // namespace vmcoredd
