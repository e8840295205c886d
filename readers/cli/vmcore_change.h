// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_VMCORE_CHANGE_H_
#define READERS_CLI_VMCORE_CHANGE_H_

#include <optional>
#include <string>

#include "readers/cli/interrupt.h"
#include "readers/cli/progress.h"
#include "vmcoredd/writer/attach/attach.h"

namespace vmcoredd::cli {

class Console;

// What a person should know and decide while attach or detach changes `path`:
// a change in place is short and not to be interrupted; one that copies the file
// is announced with its size, asked for (or agreed to by --yes), shows progress
// and may be interrupted.
class VmcoreChange {
 public:
  VmcoreChange(Console& console, std::string path, bool yes);
  // Valid as long as this object.
  AttachOptions options();

 private:
  bool ConfirmFullCopy(uint64_t bytes);

  Console& console_;
  std::string path_;
  bool yes_;
  DeferInterrupts defer_;
  std::optional<Progress> progress_;
  std::optional<PartialFileGuard> guard_;
};

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_VMCORE_CHANGE_H_
