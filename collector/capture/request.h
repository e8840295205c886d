// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_REQUEST_H_
#define VMCOREDD_COLLECTOR_CAPTURE_REQUEST_H_

#include <chrono>
#include <string>
#include <string_view>

#include "collector/capture/capture_settings.h"
#include "collector/capture/inventory.h"

namespace vmcoredd {

// What every request to a plugin process says (driver-plugins/abi/runner): the device,
// the host, the options. `dump_class`: the riskiest that the plugin may do for it.
// `time`: what the process has.
std::string MakeRequest(const Device& device,
                        const CaptureSettings& settings,
                        std::string_view mode,
                        vmcoredd_dump_class dump_class,
                        std::chrono::milliseconds time);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_REQUEST_H_
