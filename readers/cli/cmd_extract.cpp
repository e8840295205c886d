// SPDX-License-Identifier: LGPL-2.1-or-later
#include <unistd.h>

#include <memory>
#include <set>
#include <utility>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/new_file.h"
#include "readers/cli/output_folder.h"
#include "readers/cli/output_json.h"
#include "readers/cli/output_text.h"
#include "readers/cli/progress.h"
#include "readers/cli/selector.h"
#include "readers/cli/sparse_stream.h"
#include "vmcoredd/base/output_file.h"
#include "vmcoredd/base/watched_stream.h"

namespace vmcoredd::cli {

namespace {

// Files wait until there are this many, or this many bytes in them, to be synced
// together.
constexpr size_t kWaitingFiles = kMaxCleanups - 1;  // and one is being written
constexpr uint64_t kWaitingBytes = 64 * 1024 * 1024;

class Extraction {
 public:
  Extraction(const ExtractCommand& command, Console& console)
      : command_(command),
        console_(console),
        form_(command.stored ? PayloadForm::kStored : PayloadForm::kExact) {}

  void ToStdout(const SelectedDump& selected) {
    DumpOutcome outcome = Describe(selected);
    console_.ExpectMuch();
    FdStream out(STDOUT_FILENO);
    if (const auto done = Stream(selected, out, outcome); !done) {
      console_.AddProblem({}, Error(done.error()).With("standard output"));
    }
  }

  void ToFolder(const SelectedDump& selected, Destination& destination) {
    if (!destination.Prepare(command_.folder, console_)) return;
    ExtractedDump extracted{selected.input, Describe(selected), {}};
    extracted.path = destination.folder + '/' + destination.names[selected.dump->index()];
    const auto written = ToFile(selected, extracted);
    if (!written) console_.AddProblem(extracted.path, written.error());
    if (waiting_.size() >= kWaitingFiles || waiting_bytes_ >= kWaitingBytes) Commit();
  }

  // Gives the files that were written their names.
  void Commit() {
    std::vector<OutputFile*> files;
    for (Waiting& waiting : waiting_) files.push_back(&waiting.created.file);
    const auto outcomes = OutputFile::CommitAll(files);
    for (size_t i = 0; i < outcomes.size(); ++i) {
      ExtractedDump& extracted = waiting_[i].extracted;
      if (!outcomes[i]) {
        console_.AddProblem(extracted.path, outcomes[i].error());
        continue;
      }
      if (!command_.json) console_.Print(Line(extracted));
      extracted_.push_back(std::move(extracted));
    }
    waiting_.clear();
    waiting_bytes_ = 0;
  }

  // What no checksum of its own confirms is only known to be right when the
  // compressed data that it came out of is. After the files have their names:
  // reading all of a vmcore takes long, and they can be looked at meanwhile.
  void CheckStreams() {
    for (Input* const input : unconfirmed_) CheckCompressedStream(*input, console_);
  }

  const std::vector<ExtractedDump>& extracted() const { return extracted_; }

 private:
  // Written, but not under its name yet.
  struct Waiting {
    NewFile created;
    ExtractedDump extracted;
  };

  static DumpOutcome Describe(const SelectedDump& selected) {
    DumpOutcome outcome;
    outcome.index = selected.dump->index();
    outcome.name = selected.dump->name();
    return outcome;
  }

  static std::string Line(const ExtractedDump& extracted) {
    const DumpOutcome& outcome = extracted.outcome;
    std::string line = PathText(extracted.path) + ": " + Count(outcome.bytes, "byte");
    if (outcome.truncated) line += ", truncated";
    if (outcome.hash_matches == true) line += ", checksum matches";
    if (outcome.hash_matches == false) line += ", wrong checksum";
    return line + '\n';
  }

  // Streams the payload, says what is wrong with it, and notes it in `outcome`.
  // Fails when it cannot be written.
  Result<void> Stream(const SelectedDump& selected, OutputStream& to, DumpOutcome& outcome) {
    WatchedStream out(to);
    const std::string name = NameText(outcome.name);
    Progress progress(console_, "extracting " + name, selected.dump->size());
    auto result =
        ExtractDump(*selected.input->reader, *selected.dump, form_, out, progress.callback());
    if (result) {
      outcome.bytes = result->written;
      outcome.hash_matches = result->hash_matches;
      if (!outcome.hash_matches) unconfirmed_.insert(selected.input);
      if (outcome.hash_matches == false) {
        console_.AddProblem(selected.input->file(),
                            Error(ErrorCode::kCorrupt, name + ": the payload does not match its "
                                                              "checksum"));
      }
      return {};
    }
    if (out.error()) return tl::unexpected(*out.error());
    outcome.truncated = result.error().code() == ErrorCode::kTruncated;
    outcome.failed = !outcome.truncated;
    console_.AddProblem(selected.input->file(), std::move(result).error().With(name));
    if (outcome.failed && form_ == PayloadForm::kExact && selected.dump->manifest &&
        selected.dump->manifest->codec != Codec::kNone) {
      console_.Note(name + ": --stored gives it as it is stored");
    }
    return {};
  }

  Result<void> ToFile(const SelectedDump& selected, ExtractedDump& extracted) {
    NewFile created = VMCOREDD_TRY(CreateNewFile(extracted.path, command_.force));
    OutputFile& file = created.file;
    SparseStream out(file);
    VMCOREDD_TRY(Stream(selected, out, extracted.outcome));
    VMCOREDD_TRY(out.Finish());
    // What a truncated file still has is worth keeping; nothing is not.
    if (extracted.outcome.truncated) extracted.outcome.bytes = file.end();
    if (extracted.outcome.truncated && file.end() == 0) extracted.outcome.failed = true;
    if (extracted.outcome.failed) return {};
    waiting_bytes_ += file.end();
    waiting_.push_back({std::move(created), std::move(extracted)});
    return {};
  }

  const ExtractCommand& command_;
  Console& console_;
  PayloadForm form_;
  std::set<Input*> unconfirmed_;
  std::vector<Waiting> waiting_;
  uint64_t waiting_bytes_ = 0;
  std::vector<ExtractedDump> extracted_;
};

}  // namespace

void Run(const ExtractCommand& command, Console& console) {
  const bool to_stdout = command.folder.empty();
  if (to_stdout && !command.force && ::isatty(STDOUT_FILENO) == 1) {
    console.AddUsageError(
        "payloads are binary and standard output is a terminal: redirect it, or use show");
    return;
  }
  std::vector<Input> inputs = OpenInputs(command.files, {}, console);
  const std::vector<SelectedDump> selected = SelectDumps(inputs, command.selectors, console);
  Extraction extraction(command, console);
  if (to_stdout) {
    if (selected.size() == 1) extraction.ToStdout(selected.front());
    extraction.CheckStreams();
    if (selected.size() > 1) {
      console.AddUsageError(std::to_string(selected.size()) +
                            " device dumps are selected and standard output takes one: choose it "
                            "with -s, or name a folder with -o");
    }
    return;
  }
  std::vector<Destination> destinations = Destinations(inputs, command.folder);
  for (const SelectedDump& dump : selected) {
    extraction.ToFolder(dump, destinations[static_cast<size_t>(dump.input - inputs.data())]);
  }
  extraction.Commit();
  extraction.CheckStreams();
  if (command.json) {
    console.Print(ExtractJson(extraction.extracted(), command.stored, console.problems()));
  }
}

}  // namespace vmcoredd::cli
