// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/export_dump.h"

#include <utility>

#include "vmcoredd/base/watched_stream.h"

namespace vmcoredd {

std::string_view ContentOf(const DeviceDump& dump) {
  return dump.manifest ? std::string_view(dump.manifest->content) : std::string_view();
}

std::string_view PropertyOf(const DeviceDump& dump, std::string_view name) {
  if (!dump.manifest) return {};
  for (const auto& [key, value] : dump.manifest->device) {
    if (key == name) return value;
  }
  return {};
}

Result<void> WritePayload(const DumpToExport& dump,
                          OutputStream& out,
                          const ExportReport& report,
                          const ProgressCallback& progress) {
  WatchedStream watched(out);
  auto result = ExtractDump(*dump.reader, *dump.dump, PayloadForm::kExact, watched, progress);
  if (watched.error()) return tl::unexpected(*watched.error());
  if (!result) {
    report(dump, std::move(result).error());
  } else if (result->hash_matches == false) {
    report(dump, Error(ErrorCode::kCorrupt, "the payload does not match its checksum"));
  }
  return {};
}

}  // namespace vmcoredd
