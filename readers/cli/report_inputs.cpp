// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/report_inputs.h"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "readers/cli/console.h"
#include "readers/cli/import_files.h"
#include "readers/cli/interrupt.h"
#include "readers/cli/output_text.h"
#include "readers/cli/report_files.h"

namespace vmcoredd::cli {

namespace {

namespace fs = std::filesystem;

// Gone with all that is in it, also on a signal (then it must be empty).
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const DeferInterrupts defer;  // there is no folder without its cleanup
    std::error_code error;
    std::string path = (fs::temp_directory_path(error) / "vmcoredd-XXXXXX").string();
    if (error) {
      error_ = error.value();
    } else if (!::mkdtemp(path.data())) {
      error_ = errno;
    } else {
      cleanup_.emplace(path);
      path_ = std::move(path);
    }
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }  // empty: error() says why
  int error() const { return error_; }

 private:
  std::string path_;
  std::optional<InterruptCleanup> cleanup_;
  int error_ = 0;
};

class Collector {
 public:
  explicit Collector(Console& console) : console_(console) {}

  void Add(const std::string& path) {
    std::error_code error;
    if (path != "-" && fs::is_directory(path, error)) return AddFolder(path);
    AddFile(path, true);
  }

  ReportInputs Finish() {
    ReportInputs out;
    out.inputs = OpenInputs(vmcores_, {}, console_);
    AddBeside(out.inputs);
    CheckCompressedStreams(out.inputs, console_);
    out.first_imported = out.inputs.size();
    out.logs = std::move(logs_);
    if (!saved_.empty()) Import(out.inputs);
    return out;
  }

 private:
  void AddFolder(const fs::path& folder) {
    bool found = false;
    for (const std::string& name : FilesIn(folder.string())) {
      const bool text = name.ends_with(".txt") || name.ends_with(".json") || name.ends_with(".log");
      if (!IsArchiveName(name) && !IsLogName(name) && !IsVmcoreName(name) && !text) continue;
      if (AddFile((folder / name).string(), false)) found = true;
    }
    if (!found) {
      console_.AddUnusable(folder.string(), Error(ErrorCode::kNotFound,
                                                  "no vmcore, archive, log or saved output in it"));
    }
  }

  // What belongs to the vmcores that were opened, and to what only has the name of one.
  void AddBeside(std::vector<Input>& inputs) {
    std::set<std::string> vmcores;
    for (const Input& input : inputs) {
      if (input.reader->info().format != VmcoreFormat::kArchive) vmcores.insert(input.file());
    }
    for (const std::string& path : std::exchange(vmcores_, {})) {
      const fs::path folder = fs::path(path).parent_path();
      if (path == "-") continue;
      if (!vmcores.contains(path) && !IsVmcoreName(fs::path(path).filename().string())) continue;
      for (const std::string& name : FilesIn(folder.empty() ? "." : folder.string())) {
        if (IsArchiveName(name) || IsLogName(name)) AddFile((folder / name).string(), false);
      }
    }
    for (Input& input : OpenInputs(vmcores_, {}, console_)) inputs.push_back(std::move(input));
  }

  // False: there is nothing in it to be used.
  bool AddFile(const std::string& path, bool is_named) {
    std::error_code error;
    const fs::path real = path == "-" ? fs::path() : fs::weakly_canonical(path, error);
    if (!seen_.insert(error || real.empty() ? path : real.string()).second) return true;
    if (!is_named) console_.NobodyNamed(path);
    const FileLook look = LookAt(path);
    const std::string name = fs::path(path).filename().string();
    switch (look.kind) {
      case FileKind::kVmcore:
        if (!is_named && !IsVmcoreName(name) && !IsArchiveName(name)) {
          return LeaveOut(path, is_named, "no text");
        }
        vmcores_.push_back(path);
        return true;
      case FileKind::kLog: return AddLog(path, is_named);
      case FileKind::kSaved:
        // Any JSON may be a message of devlink health, and none says of which device.
        if (!is_named && !look.format.empty()) {
          return LeaveOut(path, is_named,
                          "no kind that is known, unless `vmcoredd import` is told which");
        }
        saved_.emplace_back(path, look.format);
        return true;
      case FileKind::kOwn: return LeaveOut(path, is_named, "vmcoredd made it of other files");
      case FileKind::kUnknown: break;
    }
    return LeaveOut(path, is_named, "a text of no kind that is known");
  }

  // Says that a file is not used, and why.
  bool LeaveOut(const std::string& path, bool is_named, const char* why) {
    if (is_named) {
      console_.AddUnusable(
          path, Error(ErrorCode::kNotRecognised,
                      std::string("no vmcore, archive, kernel log or saved output: ") + why));
    } else {
      console_.Note(PathText(path) + ": left out: " + why);
    }
    return false;
  }

  bool AddLog(const std::string& path, bool is_named) {
    auto log = ReadLog(path);
    if (!log) {
      console_.AddUnusable(path, log.error());
      return true;
    }
    if (log->damage) console_.AddProblem(path, *log->damage);
    if (log->text.empty()) return LeaveOut(path, is_named, "it is empty");
    logs_.push_back({path, std::move(log->text)});
    return true;
  }

  // Into archives that are gone when they are closed.
  void Import(std::vector<Input>& inputs) {
    const TemporaryFolder folder;
    if (folder.path().empty()) {
      return console_.AddProblem("$TMPDIR", Error::Io("no folder for imports", folder.error()));
    }
    ImportCommand command;
    command.archive = folder.path() + "/imported.vmcoredd";
    const InterruptCleanup cleanup(command.archive);
    for (const auto& [path, format] : saved_) {
      command.files = {path};
      command.format = format;
      const auto imported = ImportFiles(command, console_);
      if (!imported) {
        // That nothing was imported, and why, the console has heard already.
        if (imported.error().code() != ErrorCode::kNotFound) {
          console_.AddProblem(path, imported.error());
        }
        console_.RaiseProblem();
        console_.Note(PathText(path) +
                      ": `vmcoredd import` can be told more, and what it makes of "
                      "this can be given to a report");
        continue;
      }
      for (Input& input : OpenInputs({command.archive}, {}, console_)) {
        input.files = {path};
        inputs.push_back(std::move(input));
      }
      std::error_code ignored;
      fs::remove(command.archive, ignored);
    }
  }

  Console& console_;
  std::set<std::string> seen_;  // without links, dots and the like
  std::vector<std::string> vmcores_;
  std::vector<std::pair<std::string, std::string>> saved_;  // and their format
  std::vector<ReportLog> logs_;
};

}  // namespace

ReportInputs OpenReportInputs(const std::vector<std::string>& files, Console& console) {
  Collector collector(console);
  for (const std::string& file : files) collector.Add(file);
  return collector.Finish();
}

}  // namespace vmcoredd::cli
