// SPDX-License-Identifier: LGPL-2.1-or-later
// vmcoredd-collect: the program in the crash kernel. Everything that is printed is
// printed by the files beside this one.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <new>

#include "collector/commands.h"
#include "collector/console.h"

namespace vmcoredd {
namespace {

// Descriptors 0, 1 and 2 are given to plugins: they must not be files of ours.
void OpenStandardDescriptors() {
  int fd = 0;
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::open("/dev/null", O_RDWR);
  if (fd >= 0) ::close(fd);
}

int Main(int argc, char** argv) {
  OpenStandardDescriptors();
  std::set_new_handler([] { ::_exit(kInternal); });
  auto line = ParseCommandLine(argc, argv);
  const bool is_verbose = line && line->is_verbose;
  if (!is_verbose && ::access("/proc/vmcore", F_OK) == 0) SilenceErrors();
  if (!line) {
    Complain(line.error().message());
    std::fputs("Try vmcoredd-collect --help.\n", stderr);
    return kUsageError;
  }
  switch (line->command) {
    case Command::kCapture: return RunCapture(*line);
    case Command::kFilter: return RunFilter(*line);
    case Command::kHold: return RunHold(*line);
    case Command::kSave: return RunSave(*line);
    case Command::kPlan: return RunPlan(*line);
    case Command::kPlugins: return RunPlugins(*line);
    case Command::kHelp: std::fputs(kUsage, stdout); return kAllWell;
    case Command::kVersion: std::puts("vmcoredd-collect " VMCOREDD_VERSION); return kAllWell;
  }
  return kInternal;
}

}  // namespace
}  // namespace vmcoredd

int main(int argc, char** argv) { return vmcoredd::Main(argc, argv); }
