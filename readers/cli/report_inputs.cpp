// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/report_inputs.h"

#include <stdlib.h>

#include <algorithm>
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
#include "readers/import/formats.h"
#include "readers/report/log_line.h"
#include "vmcoredd/base/byte_source.h"

namespace vmcoredd::cli {

namespace {

namespace fs = std::filesystem;

constexpr size_t kHead = 4096;
constexpr uint64_t kMaxLog = 64 * 1024 * 1024;  // the end of a larger one is read
constexpr size_t kMaxFolder = 4096;             // entries

enum class Kind { kVmcore, kLog, kSaved, kUnknown };

bool IsText(std::string_view head) {
  return !head.empty() && std::all_of(head.begin(), head.end(), [](char c) {
    return (c >= ' ' && c != 0x7f) || c == '\n' || c == '\t' || c == '\r' || (c & 0x80) != 0;
  });
}

// The beginning of a file; empty when it cannot be read.
std::string HeadOf(const std::string& path) {
  auto file = path == "-" ? Fail(ErrorCode::kIo, "") : FileSource::Open(path);
  if (!file) return {};
  std::string head(kHead, '\0');
  const auto got = (*file)->ReadAt(0, std::as_writable_bytes(std::span(head)));
  head.resize(got.value_or(0));
  return head;
}

Kind KindOf(const std::string& head) {
  if (!IsText(head)) return Kind::kVmcore;  // whose reader says what is wrong
  if (LooksLikeKernelLog(head)) return Kind::kLog;
  const auto format = ChooseFormat(head, "");
  return format || format.error().code() == ErrorCode::kInvalidArgument ? Kind::kSaved
                                                                        : Kind::kUnknown;
}

// A health dump and a diagnosis look the same: most are dumps.
std::string FormatFor(const std::string& head) {
  return ChooseFormat(head, "") ? "" : "health-dump";
}

bool IsLogName(const std::string& name) {
  return name.starts_with("dmesg") || name.starts_with("vmcore-dmesg");
}
bool IsVmcoreName(const std::string& name) {
  return (name.starts_with("vmcore") || name.starts_with("dump.")) && !IsLogName(name) &&
         !name.ends_with(".partial");
}
bool IsArchiveName(const std::string& name) { return name.ends_with(".vmcoredd"); }

std::vector<std::string> Names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end;
       !error && at != end && names.size() < kMaxFolder; at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored)) names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

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
    const std::string name = fs::path(path).filename().string();
    if (path == "-" || !IsVmcoreName(name)) return;
    const fs::path folder = fs::path(path).parent_path();
    for (const std::string& other : Names(folder.empty() ? "." : folder)) {
      if (IsArchiveName(other) || IsLogName(other)) AddFile((folder / other).string(), false);
    }
  }

  ReportInputs Finish() {
    ReportInputs out;
    out.inputs = OpenInputs(vmcores_, {}, console_);
    CheckCompressedStreams(out.inputs, console_);
    out.first_imported = out.inputs.size();
    out.logs = std::move(logs_);
    if (!saved_.empty()) Import(out.inputs);
    return out;
  }

 private:
  void AddFolder(const fs::path& folder) {
    size_t found = 0;
    for (const std::string& name : Names(folder)) {
      const bool text = name.ends_with(".txt") || name.ends_with(".json") || name.ends_with(".log");
      if (!IsArchiveName(name) && !IsLogName(name) && !IsVmcoreName(name) && !text) continue;
      AddFile((folder / name).string(), false);
      ++found;
    }
    if (found == 0) {
      console_.AddUnusable(folder.string(), Error(ErrorCode::kNotFound,
                                                  "no vmcore, archive, log or saved output in it"));
    }
  }

  void AddFile(const std::string& path, bool is_named) {
    if (!seen_.insert(path).second) return;
    const std::string head = HeadOf(path);
    switch (KindOf(head)) {
      case Kind::kVmcore: vmcores_.push_back(path); break;
      case Kind::kSaved: saved_.emplace_back(path, FormatFor(head)); break;
      case Kind::kLog: AddLog(path); break;
      case Kind::kUnknown:
        if (is_named) {
          console_.AddUnusable(path, Error(ErrorCode::kNotRecognised,
                                           "no vmcore, archive, kernel log or saved output"));
        } else {
          console_.Note(PathText(path) + ": left out: a text of no kind that is known");
        }
        break;
    }
  }

  void AddLog(const std::string& path) {
    auto file = FileSource::Open(path);
    if (!file) return console_.AddUnusable(path, file.error());
    const uint64_t size = (*file)->Size().value_or(0);
    const uint64_t begin = size > kMaxLog ? size - kMaxLog : 0;
    ReportLog log{path, std::string(static_cast<size_t>(size - begin), '\0')};
    const auto got = (*file)->ReadAt(begin, std::as_writable_bytes(std::span(log.text)));
    if (!got) return console_.AddUnusable(path, got.error());
    log.text.resize(*got);
    logs_.push_back(std::move(log));
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
  std::set<std::string> seen_;
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
