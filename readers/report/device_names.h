// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_DEVICE_NAMES_H_
#define READERS_REPORT_DEVICE_NAMES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "readers/report/machine_report.h"

namespace vmcoredd {

// Bus and address.
using DeviceName = std::pair<std::string, std::string>;
using DeviceIndex = std::map<DeviceName, size_t>;

// What device a dump is of: as its manifest says; without, by its name (FORMAT.md, "Names"),
// in which a PCI address is known by its form.
DeviceName DeviceOf(const Properties& device, std::string_view dump_name);

// The first "0000:01:00.0" in a text, with nothing of the kind around it.
std::optional<std::string_view> FindPciAddress(std::string_view text);
// The same, taken off the front of `text` with all before it: for the next one.
std::optional<std::string_view> TakePciAddress(std::string_view& text);

// Adds what is new; `is_old`: what is known already wins.
void MergeIdentity(ReportDevice& device, const Properties& facts, bool is_old);

}  // namespace vmcoredd

#endif  // READERS_REPORT_DEVICE_NAMES_H_
