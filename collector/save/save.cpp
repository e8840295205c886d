// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/save/save.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <span>

#include "collector/capture/flat_text.h"
#include "collector/capture/stop_signal.h"
#include "collector/save/crash_identity.h"
#include "collector/save/spool_reader.h"
#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/zero_blocks.h"
#include "vmcoredd/writer/archive_writer.h"

namespace vmcoredd {

namespace {

// For headers, padding and the manifest, beside what is on the spools.
constexpr uint64_t kRoomForManifest = 256 * 1024;
constexpr size_t kNameDigits = 16;

// Puts the dumps of a spool into an archive.
class ArchiveVisitor final : public SpoolVisitor {
 public:
  ArchiveVisitor(ArchiveWriter& archive, const SaveSettings& settings, SaveSummary& summary)
      : archive_(archive), settings_(settings), summary_(summary) {}

  Result<void> OnDump(const ManifestDump& head) override {
    is_left_out_ = false;
    auto begun = archive_.BeginDump(head.name);
    if (!begun) return FailWith(std::move(begun).error(), EscapeBytes(head.name));
    return {};
  }
  Result<void> OnData(std::span<const std::byte> bytes) override {
    // So that the partial archive is removed, and not left behind by the signal.
    if (StopRequested()) return FailIo("it was ended by a signal", EINTR);
    if (!VMCOREDD_TRY(TakeRoom(bytes.size()))) return {};
    return archive_.Write(bytes);
  }
  Result<void> OnHole(uint64_t size) override {
    if (!VMCOREDD_TRY(TakeRoom(size))) return {};
    while (size != 0) VMCOREDD_TRY(archive_.Write(TakeZeros(size)));
    return {};
  }
  Result<void> OnDumpEnd(ManifestDump facts) override {
    if (is_left_out_) {
      left_out_.push_back({facts.name, facts.source, Outcome::kOverBudget,
                           "the archive may have " + std::to_string(settings_.max_bytes) +
                               " bytes: it was captured, and left out"});
      return {};
    }
    ++summary_.dumps;
    MergeIdentity(settings_.identity, facts);
    return archive_.EndDump(std::move(facts));
  }
  Result<void> OnDumpLost(const std::string& name, std::string reason) override {
    summary_.problems.push_back(EscapeBytes(name) + ": " + reason);
    return is_left_out_ ? Result<void>() : archive_.DropDump();
  }

  const std::vector<ManifestSkip>& left_out() const { return left_out_; }

 private:
  // False when the dump is over the limit of the archive, and taken out of it.
  Result<bool> TakeRoom(uint64_t size) {
    if (is_left_out_) return false;
    const uint64_t limit = settings_.max_bytes;
    if (limit == 0 || (archive_.size() <= limit && size <= limit - archive_.size())) return true;
    is_left_out_ = true;
    VMCOREDD_TRY(archive_.DropDump());
    return false;
  }

  ArchiveWriter& archive_;
  const SaveSettings& settings_;
  SaveSummary& summary_;
  bool is_left_out_ = false;
  std::vector<ManifestSkip> left_out_;
};

std::string SpoolPath(const std::string& folder) {
  return folder + '/' + std::string(kSpoolFileName);
}

// What all targets have in common.
struct Sources {
  std::vector<std::string> spools;  // paths of those that can be read
  std::string capture_id;           // of the first
  uint64_t bytes = 0;               // of all
  std::string crash;
  std::vector<std::string> warnings;  // for the manifest
  std::vector<std::string> problems;
};

Result<Sources> FindSources(const SaveSettings& settings) {
  Sources sources;
  std::optional<Error> first;
  for (const std::string& folder : settings.spool_folders) {
    const std::string path = SpoolPath(folder);
    auto spool = SpoolReader::Open(path);
    if (!spool) {
      const Error error = std::move(spool).error().With(EscapeBytes(path));
      sources.problems.push_back(error.ToString());
      if (!first) first = error;
      continue;
    }
    if (sources.spools.empty()) sources.capture_id = spool->capture().capture_id;
    struct stat st;
    if (::stat(path.c_str(), &st) == 0) sources.bytes += static_cast<uint64_t>(st.st_size);
    sources.spools.push_back(path);
  }
  if (sources.spools.empty()) {
    return tl::unexpected(first.value_or(Error(ErrorCode::kNotFound, "there is no spool")));
  }
  if (settings.vmcore.empty()) return sources;
  auto crash = CrashIdentity(settings.vmcore);
  if (crash) {
    sources.crash = *std::move(crash);
  } else {
    sources.warnings.push_back(
        std::move(crash).error().With(EscapeBytes(settings.vmcore)).ToString());
  }
  return sources;
}

Result<SaveSummary> SaveTo(const std::string& path,
                           const Sources& sources,
                           const SaveSettings& settings) {
  ArchiveOptions options;
  options.path = path;
  options.existing = settings.existing;
  auto archive = VMCOREDD_TRY(ArchiveWriter::Create(options));
  SaveSummary summary;
  summary.path = path;
  summary.problems = sources.problems;
  for (const std::string& spool_path : sources.spools) {
    auto spool = VMCOREDD_TRY(SpoolReader::Open(spool_path));
    ArchiveVisitor visitor(archive, settings, summary);
    VMCOREDD_TRY(spool.Replay(visitor));
    ManifestFragment fragment = spool.capture();
    fragment.crash = sources.crash;
    fragment.skipped.insert(fragment.skipped.end(), visitor.left_out().begin(),
                            visitor.left_out().end());
    for (const ManifestSkip& skip : visitor.left_out()) {
      summary.problems.push_back(EscapeBytes(skip.name) + ": " + skip.reason);
    }
    fragment.warnings.insert(fragment.warnings.end(), sources.warnings.begin(),
                             sources.warnings.end());
    summary.problems.insert(summary.problems.end(), fragment.warnings.begin(),
                            fragment.warnings.end());
    VMCOREDD_TRY(archive.EndFragment(fragment));
  }
  VMCOREDD_TRY(archive.Finish());
  return summary;
}

Result<void> RefuseMemory(const std::string& folder) {
  struct statfs facts;
  if (::statfs(folder.c_str(), &facts) != 0) return FailIo("cannot look at it", errno);
  const auto type = static_cast<uint32_t>(facts.f_type);
  if (type != TMPFS_MAGIC && type != RAMFS_MAGIC) return {};
  return Fail(ErrorCode::kRefused, "it is in memory, and would be lost");
}

// Makes the folder if needed, and refuses one that has no room: a target that is full
// in the middle has by then pushed out what others wait to write.
Result<void> PrepareFolder(const std::string& folder, uint64_t bytes) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return FailIo("cannot make it", errno);
  struct statvfs space;
  if (::statvfs(folder.c_str(), &space) != 0) return FailIo("cannot look at it", errno);
  const uint64_t free = uint64_t{space.f_bavail} * space.f_frsize;
  if (free >= bytes + kRoomForManifest) return {};
  return FailIo("expected room for " + std::to_string(bytes + kRoomForManifest) + " bytes, found " +
                    std::to_string(free),
                ENOSPC);
}

Result<SaveSummary> SaveIn(const std::string& folder,
                           const Sources& sources,
                           const SaveSettings& settings) {
  VMCOREDD_TRY(PrepareFolder(folder, sources.bytes));
  const auto& lasting = settings.not_in_memory;
  if (std::find(lasting.begin(), lasting.end(), folder) != lasting.end()) {
    VMCOREDD_TRY(RefuseMemory(folder));
  }
  return SaveTo(folder + '/' + ArchiveName(sources.capture_id), sources, settings);
}

}  // namespace

std::string ArchiveName(const std::string& capture_id) {
  const bool is_id = capture_id.size() >= kNameDigits &&
                     capture_id.find_first_not_of("0123456789abcdef") == std::string::npos;
  const std::string digits =
      is_id ? capture_id : HashOf(std::as_bytes(std::span(std::string_view(capture_id))));
  return "vmcoredd-" + digits.substr(0, kNameDigits) + ".vmcoredd";
}

void MergeIdentity(const std::vector<IdentityFact>& identity, ManifestDump& dump) {
  const std::string address(FindText(dump.device, "address").value_or(""));
  for (const IdentityFact& fact : identity) {
    // What the crash kernel saw itself is not overwritten.
    if (fact.address != address || FindText(dump.device, fact.key)) continue;
    dump.device.emplace_back(fact.key, fact.value);
  }
  const auto before = FindNumber(dump.device, "vfs");
  const auto now = FindNumber(dump.device, "sriov_numvfs");
  if (dump.phase.empty() || !before || *before == 0 || !now || *now != 0) return;
  dump.perturbed.push_back("its " + std::to_string(*before) +
                           " virtual functions were removed when the crash kernel found it");
}

Result<SaveSummary> SaveSpools(const SaveSettings& settings) {
  const Sources sources = VMCOREDD_TRY(FindSources(settings));
  if (settings.directories.empty()) {
    auto saved = SaveTo(settings.output, sources, settings);
    if (!saved) return FailWith(std::move(saved).error(), EscapeBytes(settings.output));
    return saved;
  }
  std::vector<std::string> failures;
  for (size_t i = 0; i < settings.directories.size(); ++i) {
    const std::string& folder = settings.directories[i];
    auto saved = SaveIn(folder, sources, settings);
    if (saved) {
      saved->problems.insert(saved->problems.end(), failures.begin(), failures.end());
      return saved;
    }
    Error error = std::move(saved).error().With(EscapeBytes(folder));
    if (i + 1 == settings.directories.size() || StopRequested()) {
      return tl::unexpected(std::move(error));
    }
    failures.push_back(error.ToString() + ": the next folder is taken");
  }
  return Fail(ErrorCode::kInvalidArgument, "there is no folder to save in");
}

}  // namespace vmcoredd
