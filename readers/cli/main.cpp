// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <exception>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/interrupt.h"

namespace {

// A file that is opened while a standard descriptor is closed would take its
// number, and get what is printed. Opened for the wrong direction, so that their
// use fails as it would have done.
void FillStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

int Main(int argc, char** argv) {
  FillStandardDescriptors();
  vmcoredd::cli::InstallSignalHandlers();
#ifdef VMCOREDD_WITH_DEVLINK
  // Its grammar is that of iproute2.
  if (argc > 1 && std::strcmp(argv[1], "devlink") == 0) {
    vmcoredd::cli::Console console;
    vmcoredd::cli::RunDevlinkCommand({argv + 2, argv + argc}, console);
    return console.Finish();
  }
  if (argc > 1 && std::strcmp(argv[1], "health") == 0) {
    vmcoredd::cli::Console console;
    vmcoredd::cli::RunHealthCommand({argv + 2, argv + argc}, console);
    return console.Finish();
  }
#endif
  auto parsed = vmcoredd::cli::ParseCommandLine(argc, argv);
  if (const int* exit_code = std::get_if<int>(&parsed)) return *exit_code;
  vmcoredd::cli::Console console;
  std::visit([&](const auto& command) { Run(command, console); },
             std::get<vmcoredd::cli::Command>(parsed));
  return console.Finish();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vmcoredd: internal error: %s\n", error.what());
  }
  return vmcoredd::cli::kExitInternal;
}
