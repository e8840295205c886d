// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctime>

#include "collector/setup/finalise.h"
#include "collector/setup/identity.h"
#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/inputs.h"
#include "readers/cli/output_text.h"
#include "readers/cli/run_program.h"
#include "readers/cli/setup_inputs.h"
#include "readers/cli/verify_input.h"
#include "vmcoredd/base/byte_source.h"

namespace vmcoredd::cli {

namespace {

// Says nothing: what looks like a vmcore by its name need not be one.
Result<CrashFile> OpenCrashFile(const std::string& path) {
  Input input;
  input.files = {path};
  auto source = VMCOREDD_TRY(FileSource::Open(path));
  input.reader = VMCOREDD_TRY(OpenVmcore(std::move(source), {}));
  input.table = ReadDeviceDumps(*input.reader);
  const VmcoreInfo& info = input.reader->info();
  CrashFile file;
  file.crash = CrashHashOf(input).value_or("");
  file.release = info.release;
  file.time = info.crash_time;
  file.dumps = input.table.dumps.size();
  for (const ManifestFragment& fragment : input.table.fragments) {
    if (!fragment.capture_id.empty()) file.captures.push_back(fragment.capture_id);
  }
  return file;
}

Result<size_t> VerifyCrashFile(const std::string& path, Console& console) {
  size_t problems = 0;
  for (Input& input : OpenInputs({path}, {}, console)) {
    problems += VerifyInput(input, console).problems;
  }
  return problems;
}

Result<void> AttachQuietly(const std::string& vmcore,
                           const std::string& archive,
                           Console& console) {
  const size_t before = console.problem_count();
  AttachCommand command;
  command.vmcore = vmcore;
  command.archives = {archive};
  command.yes = true;
  Run(command, console);
  if (console.problem_count() == before) return {};
  return Fail(ErrorCode::kRefused, "see the messages before");
}

}  // namespace

void Run(const FinaliseCommand& command, Console& console) {
  const Sysroot root(command.sysroot);
  // Dumps are more important than what a broken configuration may want of them.
  FinaliseSettings settings;
  if (auto config = ReadConfig(command.config, root, console)) {
    settings.config = config->finalise;
    // The archive may be there, too.
    settings.config.directories.insert(settings.config.directories.end(),
                                       config->save.fallback.begin(), config->save.fallback.end());
  }
  settings.target = ReadKdumpTarget(root);
  settings.directories = command.directories;
  settings.now = std::time(nullptr);
  FinaliseHooks hooks;
  hooks.open = OpenCrashFile;
  hooks.verify = [&](const std::string& path) { return VerifyCrashFile(path, console); };
  hooks.attach = [&](const std::string& vmcore, const std::string& archive) {
    return AttachQuietly(vmcore, archive, console);
  };
  hooks.run = RunProgram;
  const auto lines = Finalise(root, settings, hooks);
  if (!lines) return console.AddProblem({}, lines.error());
  for (const FinaliseLine& line : *lines) {
    if (line.state == FinaliseState::kProblem) {
      console.AddProblem(line.file, Error(ErrorCode::kRefused, line.text));
    } else {
      console.Print(PathText(line.file) + ": " + line.text + '\n');
    }
  }
}

}  // namespace vmcoredd::cli
