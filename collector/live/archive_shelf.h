// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_LIVE_ARCHIVE_SHELF_H_
#define VMCOREDD_COLLECTOR_LIVE_ARCHIVE_SHELF_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/result.h"

namespace vmcoredd {

// How many archives of one kind stay in a folder. The newest always stays.
struct Retention {
  uint64_t count = 0, bytes = 0, days = 0;  // 0: no limit
};

struct ShelvedArchive {
  std::string path;
  uint64_t bytes = 0;
  int64_t time = 0;        // seconds since 1970 UTC, from its name
  int64_t written_ns = 0;  // orders those of one second
};

// "PREFIX-20261128T203000Z-<8 hexadecimal digits>.vmcoredd" below `folder`, which is made
// (mode 0700) if it is not there. No file has that name. Files of such a name that a killed
// process has left half written ("NAME.partial", which nobody has locked) are removed.
Result<std::string> NewArchivePath(const std::string& folder, std::string_view prefix);

// Archives with that prefix, oldest first. Other files are never looked at.
Result<std::vector<ShelvedArchive>> ListArchives(const std::string& folder,
                                                 std::string_view prefix);

// Removes the oldest until `retention` holds. What was removed.
Result<std::vector<std::string>> ApplyRetention(const std::string& folder,
                                                std::string_view prefix,
                                                const Retention& retention);

// /var/lib/vmcoredd/baseline, /var/lib/vmcoredd/live.
inline constexpr std::string_view kBaselineFolder = "/var/lib/vmcoredd/baseline";
inline constexpr std::string_view kLiveFolder = "/var/lib/vmcoredd/live";

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_LIVE_ARCHIVE_SHELF_H_
