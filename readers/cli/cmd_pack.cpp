// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/fragment.h"
#include "readers/cli/new_archive.h"
#include "readers/cli/output_text.h"
#include "readers/cli/plain_file.h"
#include "readers/cli/progress.h"
#include "readers/cli/selector.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/watched_stream.h"
#include "vmcoredd/format/dump_name.h"

namespace vmcoredd::cli {

namespace {

constexpr size_t kWindow = 256 * 1024;

class Packing {
 public:
  Packing(NewArchive& archive, Console& console) : archive_(archive), console_(console) {}

  // Fails when the archive cannot be written. A dump that cannot be read is left
  // out, and one that is cut off is packed as partial; the console says so.
  Result<void> Add(const SelectedDump& selected) {
    const DeviceDump& dump = *selected.dump;
    const std::string escaped = NameText(dump.name());
    ManifestDump facts = dump.manifest.value_or(ManifestDump{});
    if (!dump.manifest) {
      facts.length_is_exact = false;
      facts.warnings.push_back("the exact length is not known: zeros at the end may be padding");
    }
    VMCOREDD_TRY(archive_.BeginDump(dump.name()));
    WatchedStream out(archive_);
    Progress progress(console_, "packing " + escaped, dump.size());
    auto result =
        ExtractDump(*selected.input->reader, dump, PayloadForm::kExact, out, progress.callback());
    if (out.error()) return tl::unexpected(*out.error());
    const bool is_judged = result && result->hash_matches;  // by a checksum of its own
    if (!result) {
      const bool keep = result.error().code() == ErrorCode::kTruncated && out.written() != 0;
      facts.warnings.push_back(result.error().ToString());
      facts.outcome = Outcome::kPartial;
      console_.AddProblem(selected.input->file(), std::move(result).error().With(escaped));
      if (!keep) return archive_.DropDump();
    } else if (result->hash_matches == false) {
      facts.warnings.push_back("the payload did not match its checksum when it was packed");
      console_.AddProblem(
          selected.input->file(),
          Error(ErrorCode::kCorrupt, escaped + ": the payload does not match its checksum"));
    }
    if (selected.input->stream_damaged && !is_judged) {
      facts.warnings.push_back("the compressed file that it was packed from was damaged");
    }
    return archive_.EndDump(std::move(facts));
  }

  Result<void> AddFile(const std::string& name, const std::string& path) {
    auto file = OpenPlainFile(path);
    if (!file) {
      console_.AddUnusable(path, file.error());
      return {};
    }
    VMCOREDD_TRY(archive_.BeginDump(name));
    Progress progress(console_, "packing " + EscapeBytes(name), file->size);
    const ProgressCallback callback = progress.callback();
    std::vector<std::byte> window(kWindow);
    uint64_t done = 0;
    for (;;) {
      const auto got = file->stream->Read(window);
      if (!got) {
        console_.AddUnusable(path, got.error());
        return archive_.DropDump();
      }
      if (*got == 0) break;
      VMCOREDD_TRY(archive_.Write(std::span(window).first(*got)));
      done += *got;
      if (callback) callback(done);
    }
    ManifestDump facts;
    facts.source = "file";
    return archive_.EndDump(std::move(facts));
  }

 private:
  NewArchive& archive_;
  Console& console_;
};

Result<size_t> Pack(const PackCommand& command,
                    std::vector<Input>& inputs,
                    const std::vector<SelectedDump>& selected,
                    Console& console) {
  const ManifestFragment fragment = MakeFragment("pack", inputs, console);
  const auto archive =
      VMCOREDD_TRY(NewArchive::Create(command.archive, command.force, command.compress));
  Packing packing(*archive, console);
  for (const SelectedDump& dump : selected) VMCOREDD_TRY(packing.Add(dump));
  for (const auto& [name, path] : command.raw_files) VMCOREDD_TRY(packing.AddFile(name, path));
  VMCOREDD_TRY(archive->Commit(fragment, "pack"));
  return archive->count();
}

}  // namespace

void Run(const PackCommand& command, Console& console) {
  for (const auto& [name, path] : command.raw_files) {
    if (const auto good = CheckDumpName(name); !good) {
      console.AddUsageError("--file: " + good.error().ToString());
      return;
    }
  }
  std::vector<Input> inputs;
  std::vector<SelectedDump> selected;
  if (!command.files.empty()) {
    inputs = OpenInputs(command.files, {}, console);
    // First: an archive gives its payloads checksums, which must not be those of
    // wrong bytes.
    CheckCompressedStreams(inputs, console);
    selected = SelectDumps(inputs, command.selectors, console);
  }
  const auto count = Pack(command, inputs, selected, console);
  if (!count) {
    console.AddProblem(command.archive, count.error());
    return;
  }
  console.Print(PathText(command.archive) + ": " + Count(*count, "device dump") + '\n');
}

}  // namespace vmcoredd::cli
