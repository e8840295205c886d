// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/fragment.h"
#include "readers/cli/import_files.h"
#include "readers/cli/new_archive.h"
#include "readers/cli/output_json.h"
#include "readers/cli/output_text.h"
#include "readers/cli/plain_file.h"
#include "readers/cli/progress.h"
#include "readers/import/formats.h"
#include "readers/vmcore/decompress.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::cli {

namespace {

constexpr std::string_view kRaw = "raw";

// Makes archive members of the dumps of one file. A dump with the name of another one is
// passed over; the console says so.
class IntoArchive final : public ImportSink {
 public:
  IntoArchive(NewArchive& archive,
              std::set<std::string>& names,
              const ImportCommand& command,
              std::string path,
              Console& console)
      : archive_(archive),
        names_(names),
        said_(command.identity),
        size_(command.size),
        path_(std::move(path)),
        console_(console) {}

  std::optional<uint64_t> expected_size() const override { return size_; }

  Result<void> Begin(const SavedDump& dump) override {
    if (size_ && dump.kind != SavedKind::kRegion && dump.kind != SavedKind::kRaw) {
      return Fail(ErrorCode::kInvalidArgument,
                  "--size is of a region or of raw bytes, and this is neither");
    }
    auto identified = IdentifyDump(dump, said_, path_);
    if (!identified) return tl::unexpected(identified.error());
    is_skipped_ = true;
    if (!names_.insert(identified->name).second) {
      console_.AddProblem(path_, Error(ErrorCode::kAlreadyExists,
                                       EscapeBytes(identified->name) +
                                           ": there is another dump of this name, skipped"));
      return {};
    }
    is_skipped_ = false;
    current_ = {};
    current_.file = path_;
    current_.name = identified->name;
    facts_ = {};
    facts_.source = "import";
    facts_.content = identified->content;
    facts_.device = std::move(identified->device);
    facts_.time = identified->time;
    facts_.warnings = std::move(identified->warnings);
    return Keep(archive_.BeginDump(identified->name));
  }

  Result<void> Write(std::span<const std::byte> bytes) override {
    if (is_skipped_) return {};
    current_.bytes += bytes.size();
    return Keep(archive_.Write(bytes));
  }

  Result<void> End(const DumpRemarks& remarks) override {
    if (is_skipped_) return {};
    facts_.warnings.insert(facts_.warnings.end(), remarks.warnings.begin(), remarks.warnings.end());
    for (const std::string& warning : facts_.warnings) {
      if (!reported_.contains(warning)) {
        console_.Note(PathText(path_) + ": " + EscapeBytes(current_.name) + ": " + warning);
      }
    }
    if (remarks.is_partial) facts_.outcome = Outcome::kPartial;
    facts_.holes = remarks.holes;
    current_.facts = facts_;
    dumps_.push_back(current_);
    return Keep(archive_.EndDump(std::move(facts_)));
  }

  void Report(const Error& damage) override {
    reported_.insert(damage.ToString());
    console_.AddProblem(path_, damage);
  }

  // What the archive failed with.
  const std::optional<Error>& archive_error() const { return archive_error_; }
  std::vector<ImportedDump> TakeDumps() { return std::move(dumps_); }

 private:
  Result<void> Keep(Result<void> result) {
    if (!result) archive_error_ = result.error();
    return result;
  }

  NewArchive& archive_;
  std::set<std::string>& names_;
  const ImportIdentity& said_;
  const std::optional<uint64_t> size_;
  const std::string path_;
  Console& console_;
  bool is_skipped_ = false;
  ImportedDump current_;
  ManifestDump facts_;
  std::set<std::string> reported_;
  std::vector<ImportedDump> dumps_;
  std::optional<Error> archive_error_;
};

Result<void> ImportFile(const std::string& path,
                        const ImportCommand& command,
                        ImportSink& sink,
                        Console& console) {
  auto file = VMCOREDD_TRY(OpenPlainFile(path));
  Progress progress(console, "importing " + PathText(path), file.size);
  std::unique_ptr<InputStream> stream = std::move(file.stream);
  if (auto callback = progress.callback()) {
    stream = std::make_unique<ReportingInputStream>(std::move(stream), std::move(callback));
  }
  // Compression is taken off; raw files are what they are.
  if (command.format != kRaw) stream = VMCOREDD_TRY(Decompress(std::move(stream))).stream;
  TextInput in(*stream);
  const std::string_view head = in.Peek();
  if (head.empty() && in.error()) return tl::unexpected(*in.error());
  if (head.empty()) return Fail(ErrorCode::kNotRecognised, "the file is empty");
  const SavedFormat* const format = VMCOREDD_TRY(ChooseFormat(head, command.format));
  return format->import(in, sink);
}

}  // namespace

Result<std::vector<ImportedDump>> ImportFiles(const ImportCommand& command, Console& console) {
  std::vector<Input> none;
  const ManifestFragment fragment = MakeFragment("pack", none, console);
  const auto archive =
      VMCOREDD_TRY(NewArchive::Create(command.archive, command.force, command.compress));
  std::set<std::string> names;
  std::vector<ImportedDump> dumps;
  for (const std::string& path : command.files) {
    IntoArchive sink(*archive, names, command, path, console);
    const auto imported = ImportFile(path, command, sink, console);
    if (sink.archive_error()) return tl::unexpected(*sink.archive_error());
    if (!imported) console.AddUnusable(path, imported.error());
    for (ImportedDump& dump : sink.TakeDumps()) dumps.push_back(std::move(dump));
  }
  VMCOREDD_TRY(archive->Commit(fragment, "import"));
  return dumps;
}

void Run(const ImportCommand& given, Console& console) {
  ImportCommand command = given;
  if (const auto good = CheckIdentity(command.identity, command.device); !good) {
    console.AddUsageError(good.error().message());
    return;
  }
  auto dumps = ImportFiles(command, console);
  if (!dumps) console.AddProblem(command.archive, dumps.error());
  if (command.json) {
    console.Print(ImportJson(dumps ? command.archive : "",
                             dumps.value_or(std::vector<ImportedDump>()), console.problems()));
  } else if (dumps) {
    console.Print(PathText(command.archive) + ": " + Count(dumps->size(), "device dump") + '\n');
  }
}

}  // namespace vmcoredd::cli
