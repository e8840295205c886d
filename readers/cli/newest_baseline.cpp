// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/newest_baseline.h"

#include <sys/utsname.h>

#include <cerrno>
#include <utility>

#include "collector/live/archive_shelf.h"
#include "collector/live/baseline.h"
#include "readers/vmcore/device_dump_table.h"
#include "readers/vmcore/open_vmcore.h"
#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/utc_time.h"

namespace vmcoredd::cli {

Result<NewestBaseline> ReadNewestBaseline(const std::string& folder) {
  const auto archives = VMCOREDD_TRY(ListArchives(folder, kBaselinePrefix));
  if (archives.empty()) return Fail(ErrorCode::kNotFound, "there is no baseline");
  NewestBaseline newest;
  newest.path = archives.back().path;
  newest.time = archives.back().time;
  auto source = VMCOREDD_TRY(FileSource::Open(newest.path));
  const auto reader = VMCOREDD_TRY(OpenVmcore(std::move(source), {}));
  DeviceDumpTable table = ReadDeviceDumps(*reader);
  if (table.fragments.empty()) return Fail(ErrorCode::kCorrupt, "an archive without manifest");
  newest.fragment = std::move(table.fragments.front());
  return newest;
}

std::string ReleaseOf(const Sysroot& root) {
  if (!root.is_machine()) return root.Line("/proc/sys/kernel/osrelease");
  utsname name;
  return ::uname(&name) == 0 ? name.release : "";
}

Check CheckBaseline(const Sysroot& root, const std::vector<Properties>& devices) {
  const std::string advice = "vmcoredd baseline, while the machine is well";
  const auto newest = ReadNewestBaseline(root.Host(kBaselineFolder));
  if (!newest && newest.error().code() == ErrorCode::kNotFound) {
    return {"baseline", CheckStatus::kWarn, "there is no baseline to compare a crash with", advice};
  }
  if (!newest) {
    const bool is_denied = newest.error().os_error() == EACCES;
    return {"baseline", is_denied ? CheckStatus::kUnknown : CheckStatus::kWarn,
            "the newest baseline cannot be read: " + newest.error().ToString(),
            is_denied ? "run as root" : advice};
  }
  const auto changes = ChangesSince(newest->fragment, ReleaseOf(root), devices);
  if (changes.empty()) {
    return {"baseline", CheckStatus::kOk, "there is one of " + vmcoredd::UtcTime(newest->time), {}};
  }
  std::string text = "that of " + vmcoredd::UtcTime(newest->time) + " is old: " + changes.front();
  if (changes.size() > 1) text += ", and " + std::to_string(changes.size() - 1) + " more";
  return {"baseline", CheckStatus::kWarn, std::move(text), advice};
}

}  // namespace vmcoredd::cli
