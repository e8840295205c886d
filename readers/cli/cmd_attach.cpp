// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "readers/cli/attach_inputs.h"
#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/fragment.h"
#include "readers/cli/output_text.h"
#include "readers/cli/vmcore_change.h"
#include "readers/vmcore/input_stream.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::cli {

namespace {

constexpr size_t kWindow = 256 * 1024;

// What goes into the vmcore, from all archives of the command line together: one
// command is one attach, which one detach undoes.
struct Load {
  std::vector<DumpToAttach> dumps;
  ManifestFragment fragment;
};

Result<Load> MakeLoad(std::vector<Input>& archives, Console& console) {
  if (archives.empty()) return Fail(ErrorCode::kNotFound, "there is nothing to attach");
  Load load;
  load.fragment = MakeFragment("attach", archives, console);
  for (Input& archive : archives) {
    auto dumps = DumpsToAttach(archive);
    if (!dumps) return FailWith(std::move(dumps).error(), PathText(archive.file()));
    for (DumpToAttach& dump : *dumps) load.dumps.push_back(std::move(dump));
  }
  // One capture that is passed on stays that capture.
  if (archives.size() == 1 && archives.front().table.fragments.size() == 1) {
    const ManifestFragment& capture = archives.front().table.fragments.front();
    if (!capture.capture_id.empty()) load.fragment.capture_id = capture.capture_id;
    load.fragment.time = capture.time;
  }
  return load;
}

// All archives, or none when one of them is not fit to be attached.
std::vector<Input> OpenArchives(const std::vector<std::string>& files, Console& console) {
  std::vector<Input> archives = OpenInputs(files, {}, console);
  for (Input& archive : archives) {
    const VmcoreFormat format = archive.reader->info().format;
    if (format != VmcoreFormat::kArchive) {
      console.AddUnusable(archive.file(), Error(ErrorCode::kInvalidArgument,
                                                "expected an archive, found " +
                                                    std::string(VmcoreFormatName(format)) +
                                                    ": make one of it with pack"));
    } else if (archive.problems != 0) {
      console.AddProblem(
          archive.file(),
          Error(ErrorCode::kRefused, "a damaged archive is not attached: pack what is left of it"));
    } else if (archive.table.dumps.empty()) {
      console.AddProblem(archive.file(),
                         Error(ErrorCode::kNotFound, "there is no device dump in it"));
    } else {
      CheckCompressedStream(archive, console);
    }
  }
  if (console.problem_count() != 0) archives.clear();
  return archives;
}

Result<AttachResult> AttachToFile(const AttachCommand& command,
                                  const Load& load,
                                  const std::vector<Input>& archives,
                                  Input& vmcore,
                                  Console& console) {
  const VmcoreInfo& info = vmcore.reader->info();
  if (info.format == VmcoreFormat::kArchive) {
    return Fail(ErrorCode::kInvalidArgument, "is an archive: join archives with pack");
  }
  if (!info.compression.empty()) {
    return Fail(ErrorCode::kUnsupported,
                "is compressed with " + EscapeBytes(info.compression) + ": decompress it first");
  }
  VMCOREDD_TRY(CheckBelongs(vmcore, archives, load.dumps, command.force));
  VmcoreChange change(console, command.vmcore, command.yes);
  return AttachToVmcore(command.vmcore, load.dumps, load.fragment, change.options());
}

// Whatever keeps the dumps from being added must not lose the vmcore that comes
// through a pipe.
Result<void> PassOn() {
  FdInputStream in(UniqueFd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)));
  FdStream out(STDOUT_FILENO);
  std::vector<std::byte> window(kWindow);
  for (;;) {
    const size_t got = VMCOREDD_TRY(in.Read(window));
    if (got == 0) return {};
    VMCOREDD_TRY(out.Write(std::span(window).first(got)));
  }
}

void Filter(const Result<Load>& load, Console& console) {
  if (!load) {
    console.Note("the vmcore is passed on as it comes");
    if (const auto passed = PassOn(); !passed) console.AddProblem("-", passed.error());
    return;
  }
  Progress progress(console, "attaching", std::nullopt);
  AttachOptions options;
  options.progress = progress.callback();
  const auto result =
      AttachToFlattenedStream(STDIN_FILENO, STDOUT_FILENO, load->dumps, load->fragment, options);
  if (!result) console.AddProblem("-", result.error());
}

std::string Done(const AttachCommand& command, const AttachResult& result) {
  std::string text = PathText(command.vmcore) + ": attached " + Count(result.dumps, "device dump") +
                     ", " + Count(result.bytes_written, "byte") + " written";
  if (result.cloned) text += ", the rest shared with the old file";
  return text + '\n';
}

}  // namespace

void Run(const AttachCommand& command, Console& console) {
  const bool is_filter = command.vmcore == "-";
  if (is_filter && ::isatty(STDOUT_FILENO) == 1) {
    console.AddUsageError("the result is binary and standard output is a terminal: redirect it");
    return;
  }
  std::vector<Input> archives = OpenArchives(command.archives, console);
  const auto load = MakeLoad(archives, console);
  if (!load && !archives.empty()) console.AddProblem({}, load.error());
  if (is_filter) return Filter(load, console);
  if (!load) return;

  std::vector<Input> vmcores = OpenInputs({command.vmcore}, {}, console);
  if (vmcores.empty()) return;
  const auto result = AttachToFile(command, *load, archives, vmcores.front(), console);
  if (!result) {
    console.AddProblem(command.vmcore, result.error());
    return;
  }
  console.Print(Done(command, *result));
}

}  // namespace vmcoredd::cli
