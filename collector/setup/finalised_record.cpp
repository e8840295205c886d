// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/finalised_record.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "collector/capture/flat_text.h"
#include "collector/setup/dump_files.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/utc_time.h"

namespace vmcoredd {

namespace {

constexpr int64_t kDay = 86400;

std::string RecordPath(const std::string& id) { return std::string(kFinalisedFolder) + '/' + id; }

std::string Value(const Properties& properties, std::string_view key) {
  return UnescapeBytes(FindText(properties, key).value_or("")).value_or("");
}

struct Kept {
  FinalisedRecord record;
  int64_t mtime = 0;
  uint64_t size = 0;
};

// Newest first.
std::vector<Kept> ListKept(const Sysroot& root) {
  std::vector<Kept> kept;
  for (const std::string& id : root.List(kFinalisedFolder)) {
    auto record = ReadFinalised(root, id);
    // Only what finalise itself can have written: a name of ours, in whatever folder.
    if (!record || ArchiveId(record->archive) != id) continue;
    struct stat st;
    if (::lstat(record->archive.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) continue;
    kept.push_back({std::move(*record), st.st_mtime, static_cast<uint64_t>(st.st_size)});
  }
  std::sort(kept.begin(), kept.end(), [](const Kept& a, const Kept& b) {
    return std::pair(b.mtime, b.record.id) < std::pair(a.mtime, a.record.id);
  });
  return kept;
}

Result<void> RemoveKept(const Sysroot& root, const FinalisedRecord& record) {
  const std::string stem = record.archive.substr(0, record.archive.rfind('.'));
  for (const char* const suffix : {".sha256", ".identity", ".vmcoredd"}) {
    if (::unlink((stem + suffix).c_str()) != 0 && errno != ENOENT) {
      return FailIo("cannot remove it", errno);
    }
  }
  VMCOREDD_TRY(root.Remove(RecordPath(record.id)));
  return {};
}

}  // namespace

std::optional<FinalisedRecord> ReadFinalised(const Sysroot& root, const std::string& id) {
  const auto text = root.Text(RecordPath(id));
  if (!text) return std::nullopt;
  const auto properties = ParseFlatText(*text);
  if (!properties || FindText(*properties, "schema") != kFinalisedSchema) return std::nullopt;
  return FinalisedRecord{id, Value(*properties, "archive"), Value(*properties, "vmcore")};
}

Result<void> WriteFinalised(const Sysroot& root, const FinalisedRecord& record, int64_t now) {
  std::string text;
  AppendFlatLine(text, "schema", kFinalisedSchema);
  AppendFlatLine(text, "archive", EscapeBytes(record.archive));
  AppendFlatLine(text, "vmcore", EscapeBytes(record.vmcore));
  AppendFlatLine(text, "time", UtcTime(now));
  VMCOREDD_TRY(root.Write(RecordPath(record.id), text));
  return {};
}

void ApplyLimits(const Sysroot& root,
                 const Config::Finalise& limits,
                 int64_t now,
                 std::vector<FinaliseLine>& lines) {
  uint64_t count = 0;
  uint64_t bytes = 0;
  for (const Kept& kept : ListKept(root)) {
    ++count;
    bytes += kept.size;
    const bool is_over =
        (limits.keep_count != 0 && count > limits.keep_count) ||
        (limits.keep_bytes != 0 && bytes > limits.keep_bytes) ||
        (limits.keep_days != 0 && now - kept.mtime > static_cast<int64_t>(limits.keep_days) * kDay);
    if (count == 1 || !is_over) continue;
    const auto removed = RemoveKept(root, kept.record);
    if (removed) {
      lines.push_back({FinaliseState::kRemoved, kept.record.archive, "removed, over the limits"});
    } else {
      lines.push_back({FinaliseState::kProblem, kept.record.archive, removed.error().ToString()});
    }
  }
}

}  // namespace vmcoredd
