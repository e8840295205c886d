// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_HEALTH_CONF_H_
#define VMCOREDD_COLLECTOR_SETUP_HEALTH_CONF_H_

#include <string>

#include "collector/setup/config.h"
#include "collector/setup/dump_path.h"

namespace vmcoredd {

// [health] as lines of the flat text that vmcoredd-watch reads, each key behind "health."
// (collector/health/health_settings.h): behind those of WatchText(). `path`: devices that
// must not be recovered; none is unless all of them are known. kNotFound for a group that
// this machine does not have. Empty when health reporters are not enabled.
Result<std::string> HealthText(const Config& config, const DumpPath& path);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_HEALTH_CONF_H_
