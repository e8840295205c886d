// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/request.h"

#include <algorithm>

#include "collector/capture/flat_text.h"
#include "driver-plugins/abi/runner/frames.h"

namespace vmcoredd {

std::string MakeRequest(const Device& device,
                        const CaptureSettings& settings,
                        std::string_view mode,
                        vmcoredd_dump_class dump_class,
                        std::chrono::milliseconds time) {
  const bool is_vfio =
      std::find(settings.vfio.begin(), settings.vfio.end(), device.address) != settings.vfio.end();
  std::string text;
  AppendFlatLine(text, "protocol", uint64_t{VMCOREDD_FRAMES_PROTOCOL});
  AppendFlatLine(text, "mode", mode);
  AppendFlatLine(text, "sysroot", settings.sysroot);
  AppendFlatLine(text, "crash_kernel", uint64_t{settings.is_crash_kernel});
  // The same in both modes, so that a plugin offers the same dumps again.
  AppendFlatLine(text, "quota", settings.quota());
  AppendFlatLine(text, "deadline_ms", static_cast<uint64_t>(time.count()));
  AppendFlatLine(text, "phase", PhaseName(settings.phase));
  AppendFlatLine(text, "class", static_cast<uint64_t>(dump_class));
  if (is_vfio) AppendFlatLine(text, "vfio", uint64_t{1});
  AppendFlatLine(text, "bus", device.bus);
  AppendFlatLine(text, "address", device.address);
  if (!device.driver.empty()) AppendFlatLine(text, "driver", device.driver);
  AppendFlatLine(text, "vendor_id", uint64_t{device.vendor_id});
  AppendFlatLine(text, "device_id", uint64_t{device.device_id});
  AppendFlatLine(text, "subsystem_vendor_id", uint64_t{device.subsystem_vendor_id});
  AppendFlatLine(text, "subsystem_device_id", uint64_t{device.subsystem_device_id});
  AppendFlatLine(text, "class_code", uint64_t{device.class_code});
  AppendFlatLine(text, "revision", uint64_t{device.revision});
  AppendFlatLine(text, "config_size", uint64_t{device.config_size});
  for (const auto& [key, value] : settings.options) {
    AppendFlatLine(text, "option." + key, value);
  }
  return text;
}

}  // namespace vmcoredd
