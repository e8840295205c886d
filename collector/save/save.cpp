// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/save/save.h"

#include <algorithm>
#include <array>
#include <span>

#include "collector/save/crash_identity.h"
#include "collector/save/spool_reader.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/writer/archive_writer.h"

namespace vmcoredd {

namespace {

constexpr std::array<std::byte, 16 * 1024> kZeros{};

// Puts the dumps of a spool into an archive.
class ArchiveVisitor final : public SpoolVisitor {
 public:
  ArchiveVisitor(ArchiveWriter& archive, SaveSummary& summary)
      : archive_(archive), summary_(summary) {}

  Result<void> OnDump(const ManifestDump& head) override {
    auto begun = archive_.BeginDump(head.name);
    if (!begun) return FailWith(std::move(begun).error(), EscapeBytes(head.name));
    return {};
  }
  Result<void> OnData(std::span<const std::byte> bytes) override { return archive_.Write(bytes); }
  Result<void> OnHole(uint64_t size) override {
    while (size > 0) {
      const uint64_t piece = std::min<uint64_t>(size, kZeros.size());
      VMCOREDD_TRY(archive_.Write(std::span(kZeros).first(piece)));
      size -= piece;
    }
    return {};
  }
  Result<void> OnDumpEnd(ManifestDump facts) override {
    ++summary_.dumps;
    return archive_.EndDump(std::move(facts));
  }
  Result<void> OnDumpLost(const std::string& name, std::string reason) override {
    summary_.problems.push_back(EscapeBytes(name) + ": " + reason);
    return archive_.DropDump();
  }

 private:
  ArchiveWriter& archive_;
  SaveSummary& summary_;
};

}  // namespace

Result<SaveSummary> SaveSpool(const SaveSettings& settings) {
  const std::string spool_path = settings.spool_folder + '/' + std::string(kSpoolFileName);
  auto spool = SpoolReader::Open(spool_path);
  if (!spool) return FailWith(std::move(spool).error(), EscapeBytes(spool_path));

  ArchiveOptions options;
  options.path = settings.output;
  options.existing = settings.existing;
  auto archive = ArchiveWriter::Create(options);
  if (!archive) return FailWith(std::move(archive).error(), EscapeBytes(settings.output));

  SaveSummary summary;
  ArchiveVisitor visitor(*archive, summary);
  VMCOREDD_TRY(spool->Replay(visitor));
  ManifestFragment fragment = spool->capture();
  if (!settings.vmcore.empty()) {
    auto crash = CrashIdentity(settings.vmcore);
    if (crash) {
      fragment.crash = std::move(*crash);
    } else {
      fragment.warnings.push_back(
          FailWith(std::move(crash).error(), EscapeBytes(settings.vmcore)).value().ToString());
    }
  }
  summary.problems.insert(summary.problems.end(), fragment.warnings.begin(),
                          fragment.warnings.end());
  VMCOREDD_TRY(archive->Finish(fragment));
  return summary;
}

}  // namespace vmcoredd
