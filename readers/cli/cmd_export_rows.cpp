// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>
#include <sys/stat.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/layouts.h"
#include "readers/cli/new_file.h"
#include "readers/cli/output_text.h"
#include "readers/cli/report_inputs.h"
#include "readers/cli/report_machines.h"
#include "readers/rows/json_rows.h"
#include "vmcoredd/base/output_file.h"
#ifdef VMCOREDD_WITH_DEVLINK
#include "readers/rows/row_database.h"
#endif

namespace vmcoredd::cli {

namespace {

class RowExport {
 public:
  RowExport(const ExportCommand& command, Console& console)
      : command_(command),
        console_(console),
        layouts_(LoadLayouts(command.layouts, console)),
        inputs_(OpenReportInputs(command.files, console)),
        machines_(MachinesOf(inputs_)) {
    rows_.with_fields = command.with_fields;
    rows_.file_keys = FileKeysOf(inputs_, console);
  }

  void Run() {
    if (machines_.empty()) return;  // why, the console has heard
    const auto done = command_.format == "sqlite" ? ToDatabase() : ToLines();
    if (!done) {
      const bool to_stdout = command_.output.empty() || command_.output == "-";
      console_.AddProblem(to_stdout ? "standard output" : command_.output, done.error());
    }
  }

 private:
  // One at a time: what is known of a machine is large.
  template <typename Use>
  Result<void> ForEachReport(Use use) {
    DecodingContext context;
    context.layouts = &layouts_;
    ReportOptions options;
    if (console_.shows_progress()) {
      options.on_dump = [this](std::string_view name) {
        console_.ShowProgress("decoding " + NameText(name));
      };
    }
    for (const ReportMachine& machine : machines_) {
      MachineReport report = BuildReport(machine.inputs, machine.logs, context, options);
      console_.ShowProgress("");
      for (const Problem& problem : console_.problems()) {
        report.problems.push_back(problem.file + ": " + problem.error.ToString());
      }
      VMCOREDD_TRY(use(report));
    }
    return {};
  }

  Result<void> ToLines() {
    if (command_.output.empty() || command_.output == "-") {
      JsonRows sink([this](std::string_view line) { console_.Print(line); });
      return ForEachReport(
          [&](const MachineReport& report) { return WriteRows(report, rows_, sink); });
    }
    auto created = VMCOREDD_TRY(CreateNewFile(command_.output, command_.force));
    OutputFile& file = created.file;
    Result<void> status;
    std::string buffer;
    const auto flush = [&] {
      if (status) status = file.Write(std::as_bytes(std::span(buffer)));
      buffer.clear();
    };
    JsonRows sink([&](std::string_view line) {
      buffer += line;
      if (buffer.size() >= size_t{1024} * 1024) flush();
    });
    const auto write = [&](const MachineReport& report) -> Result<void> {
      VMCOREDD_TRY(WriteRows(report, rows_, sink));
      flush();
      return status;
    };
    VMCOREDD_TRY(ForEachReport(write));
    return file.Commit();
  }

#ifdef VMCOREDD_WITH_DEVLINK
  // A new database appears when it is complete; one that is there changes all at once.
  Result<void> ToDatabase() {
    struct stat found;
    std::optional<NewFile> created;
    std::string path = command_.output;
    if (::stat(path.c_str(), &found) != 0) {
      created.emplace(VMCOREDD_TRY(CreateNewFile(path, false)));
      path += ".partial";
    } else if (!S_ISREG(found.st_mode)) {
      return Fail(ErrorCode::kInvalidArgument, "no regular file");
    }
    VMCOREDD_TRY(AddTo(path, created.has_value()));
    if (created) VMCOREDD_TRY(created->file.Commit());
    for (const std::string& line : told_) console_.Print(line);
    return {};
  }

  Result<void> AddTo(const std::string& path, bool is_new) {
    RowDatabase database = VMCOREDD_TRY(RowDatabase::Open(path, is_new));
    const auto add = [&](const MachineReport& report) -> Result<void> {
      Tell(report, VMCOREDD_TRY(database.Add(report, rows_)));
      return {};
    };
    VMCOREDD_TRY(ForEachReport(add));
    return database.Commit();
  }

  void Tell(const MachineReport& report, const RowDatabase::Added& added) {
    std::string line = PathText(command_.output) + ": " +
                       (report.nodename.empty() ? "a machine" : NameText(report.nodename)) + ": ";
    line += Count(added.sources, "source") + ", " + Count(added.rows, "row");
    if (added.known != 0) line += fmt::format("; {} there already", added.known);
    told_.push_back(line + '\n');
  }
#else
  static Result<void> ToDatabase() {
    return Fail(ErrorCode::kUnsupported, "sqlite: this program was built without it");
  }
#endif

  const ExportCommand& command_;
  Console& console_;
  LayoutSet layouts_;
  ReportInputs inputs_;
  std::vector<ReportMachine> machines_;
  RowOptions rows_;
  std::vector<std::string> told_;
};

}  // namespace

void ExportRows(const ExportCommand& command, Console& console) {
  RowExport(command, console).Run();
}

}  // namespace vmcoredd::cli
