// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_BUILTIN_PLUGINS_H_
#define VMCOREDD_COLLECTOR_CAPTURE_BUILTIN_PLUGINS_H_

#include <span>

#include "driver-plugins/abi/runner/runner.h"

namespace vmcoredd {

// The entries of the plugins in VMCOREDD_BUILTIN_PLUGINS. The build writes it.
std::span<const vmcoredd_entry_fn> BuiltinEntries();

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_BUILTIN_PLUGINS_H_
