// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/live/archive_shelf.h"
#include "collector/setup/sysroot.h"
#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/json_errors.h"
#include "readers/cli/layouts.h"
#include "readers/cli/new_file.h"
#include "readers/cli/newest_baseline.h"
#include "readers/cli/output_text.h"
#include "readers/cli/report_inputs.h"
#include "readers/report/html/report_html.h"
#include "readers/report/report_json.h"
#include "readers/report/report_text.h"

namespace vmcoredd::cli {

namespace {

void Write(const ReportCommand& command,
           const MachineReport& report,
           const std::vector<Problem>& problems,
           const TextSink& out) {
  JsonStream json(out, false);
  switch (command.form) {
    case ReportCommand::Form::kText:
      out(command.timeline ? TimelineText(report) : ReportText(report));
      break;
    case ReportCommand::Form::kJson:
      json.BeginObject();
      if (command.timeline) {
        WriteTimeline(json, report);
      } else {
        WriteReport(json, report, true);
      }
      WriteErrors(json, problems);
      json.EndObject();
      out("\n");
      break;
    case ReportCommand::Form::kHtml: WriteReportHtml(report, out); break;
  }
}

// Complete under its name, or not there.
Result<void> WriteFile(const ReportCommand& command,
                       const MachineReport& report,
                       const std::vector<Problem>& problems) {
  auto created = VMCOREDD_TRY(CreateNewFile(command.output, command.force));
  OutputFile& file = created.file;
  Result<void> status;
  std::string buffer;
  Write(command, report, problems, [&](std::string_view text) {
    buffer += text;
    if (buffer.size() < 1024 * 1024 || !status) return;
    status = file.Write(std::as_bytes(std::span(buffer)));
    buffer.clear();
  });
  VMCOREDD_TRY(std::move(status));
  VMCOREDD_TRY(file.Write(std::as_bytes(std::span(buffer))));
  return file.Commit();
}

}  // namespace

void Run(const ReportCommand& command, Console& console) {
  const LayoutSet layouts = LoadLayouts(command.layouts, console);
  std::vector<std::string> files = command.files;
  if (command.baseline) {
    auto baseline = ReadNewestBaseline(Sysroot(command.sysroot).Host(kBaselineFolder));
    if (!baseline) {
      console.AddProblem("baseline", baseline.error());
    } else {
      files.push_back(baseline->path);
    }
  }
  const ReportInputs inputs = OpenReportInputs(files, console);
  const bool is_empty = inputs.inputs.empty() && inputs.logs.empty();
  if (is_empty && command.form != ReportCommand::Form::kJson) return;
  std::vector<Input> healthy = OpenInputs(command.against, {}, console);
  CheckCompressedStreams(healthy, console);
  // These first: what is also among the others is taken as healthy.
  std::vector<ReportInput> given;
  given.reserve(healthy.size() + inputs.inputs.size());
  for (const Input& input : healthy) {
    given.push_back({input.file(), input.reader.get(), &input.table, true});
  }
  for (const Input& input : inputs.inputs) {
    given.push_back({input.file(), input.reader.get(), &input.table, false});
  }
  DecodingContext context;
  context.layouts = &layouts;
  ReportOptions options;
  if (console.shows_progress()) {
    options.on_dump = [&console](std::string_view name) {
      console.ShowProgress("decoding " + NameText(name));
    };
  }
  MachineReport report = BuildReport(given, inputs.logs, context, options);
  console.ShowProgress("");
  for (const Problem& problem : console.problems()) {
    report.problems.push_back(problem.file + ": " + problem.error.ToString());
  }
  if (command.output.empty() || command.output == "-") {
    Write(command, report, console.problems(),
          [&console](std::string_view text) { console.Print(text); });
  } else if (const auto written = WriteFile(command, report, console.problems()); !written) {
    console.AddProblem(command.output, written.error());
  }
  for (const ReportFinding& found : report.findings) {
    if (found.finding.severity >= Severity::kWarning && !command.timeline) console.RaiseProblem();
  }
}

}  // namespace vmcoredd::cli
