// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_HOST_TAG_H_
#define VMCOREDD_COLLECTOR_SETUP_HOST_TAG_H_

#include <string>

#include "collector/setup/kdump_target.h"

namespace vmcoredd {

// What tells this machine's files from those of others on a remote target, as
// kdump-tools chooses it: the last IPv4 address of an interface that is up, or the host's
// name if HOSTTAG wants that or there is no address. Letters, digits, '-', '.' and '_'.
std::string HostTag(const Sysroot& root, const KdumpTarget& target);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_HOST_TAG_H_
