// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/save/filter.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "collector/save/save.h"
#include "collector/save/spool_reader.h"
#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/temporary_file.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/zero_blocks.h"
#include "vmcoredd/writer/attach/attach.h"
#include "vmcoredd/writer/new_fragment.h"

namespace vmcoredd {

namespace {

constexpr size_t kWindow = 64 * 1024;

struct KeptDump {
  ByteRange payload;
  ManifestDump facts;
};

// Puts the payloads of spools one behind the other into a nameless file: notes need
// their sizes before their bytes.
class PayloadKeeper final : public SpoolVisitor {
 public:
  PayloadKeeper(int file, const std::vector<IdentityFact>& identity)
      : file_(file), identity_(identity) {}

  Result<void> OnDump(const ManifestDump&) override {
    begin_ = end_;
    hasher_.emplace();
    return {};
  }
  Result<void> OnData(std::span<const std::byte> bytes) override {
    hasher_->Update(bytes);
    VMCOREDD_TRY(PwriteAll(file_, bytes, end_));
    end_ += bytes.size();
    return {};
  }
  Result<void> OnHole(uint64_t size) override {
    end_ += size;  // a hole in the file as well
    while (size != 0) hasher_->Update(TakeZeros(size));
    return {};
  }
  Result<void> OnDumpEnd(ManifestDump facts) override {
    facts.length = facts.stored = end_ - begin_;
    facts.hash = hasher_->HexDigest();
    facts.codec = Codec::kNone;
    MergeIdentity(identity_, facts);
    dumps_.push_back({{begin_, end_ - begin_}, std::move(facts)});
    return {};
  }
  Result<void> OnDumpLost(const std::string& name, std::string reason) override {
    problems_.push_back(EscapeBytes(name) + ": " + reason);
    end_ = begin_;
    // What was written of it must not show through the next dump's holes.
    if (::ftruncate(file_, static_cast<off_t>(end_)) == 0) return {};
    return FailIo("cannot take a dump back", errno);
  }
  // Makes a hole at the end part of the file.
  Result<void> Finish() {
    if (::ftruncate(file_, static_cast<off_t>(end_)) == 0) return {};
    return FailIo("cannot end the payloads", errno);
  }

  std::vector<KeptDump>& dumps() { return dumps_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  int file_;
  const std::vector<IdentityFact>& identity_;
  uint64_t begin_ = 0, end_ = 0;
  std::optional<PayloadHasher> hasher_;
  std::vector<KeptDump> dumps_;
  std::vector<std::string> problems_;
};

struct Load {
  std::unique_ptr<FileSource> source;
  std::vector<DumpToAttach> dumps;
  ManifestFragment fragment;
  std::vector<std::string> problems;
};

Result<Load> MakeLoad(const FilterSettings& settings) {
  UniqueFd file = VMCOREDD_TRY(OpenTemporaryFile(settings.temporary_folder));
  PayloadKeeper keeper(file.get(), settings.identity);
  Load load;
  load.fragment = NewFragment("attach");
  bool is_first = true;
  for (const std::string& folder : settings.spool_folders) {
    const std::string path = folder + '/' + std::string(kSpoolFileName);
    auto spool = SpoolReader::Open(path);
    if (!spool) {
      load.problems.push_back(std::move(spool).error().With(EscapeBytes(path)).ToString());
      continue;
    }
    VMCOREDD_TRY(spool->Replay(keeper));
    const ManifestFragment& capture = spool->capture();
    if (std::exchange(is_first, false)) {
      load.fragment.capture_id = capture.capture_id;
      load.fragment.time = capture.time;
      load.fragment.machine = capture.machine;
    }
    auto& skipped = load.fragment.skipped;
    skipped.insert(skipped.end(), capture.skipped.begin(), capture.skipped.end());
    auto& warnings = load.fragment.warnings;
    warnings.insert(warnings.end(), capture.warnings.begin(), capture.warnings.end());
  }
  VMCOREDD_TRY(keeper.Finish());
  load.problems.insert(load.problems.end(), keeper.problems().begin(), keeper.problems().end());
  load.source = VMCOREDD_TRY(FileSource::FromFd(std::move(file), "payloads"));
  for (KeptDump& dump : keeper.dumps()) {
    DumpToAttach to_attach;
    to_attach.name = dump.facts.name;
    to_attach.source = load.source.get();
    to_attach.parts = {dump.payload};
    to_attach.manifest = std::move(dump.facts);
    load.dumps.push_back(std::move(to_attach));
  }
  return load;
}

Result<void> PassOn(int in, int out) {
  FdStream stream(out);
  std::vector<std::byte> window(kWindow);
  for (;;) {
    const ssize_t got = ::read(in, window.data(), window.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailIo("cannot read the vmcore", errno);
    if (got == 0) return {};
    VMCOREDD_TRY(stream.Write(std::span(window).first(static_cast<size_t>(got))));
  }
}

}  // namespace

Result<FilterSummary> FilterVmcore(const FilterSettings& settings, int in, int out) {
  FilterSummary summary;
  auto load = MakeLoad(settings);
  if (load) summary.problems = load->problems;
  if (!load || load->dumps.empty()) {
    if (!load) summary.problems.push_back(load.error().ToString());
    VMCOREDD_TRY(PassOn(in, out));
    return summary;
  }
  AttachOptions options;
  options.spool_folder = settings.temporary_folder;
  const auto attached = AttachToFlattenedStream(in, out, load->dumps, load->fragment, options);
  if (attached) {
    summary.dumps = attached->dumps;
    return summary;
  }
  // Anything else left the stream as it was.
  if (attached.error().code() == ErrorCode::kIo) return tl::unexpected(attached.error());
  summary.problems.push_back(attached.error().ToString());
  return summary;
}

}  // namespace vmcoredd
