// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_NEW_FILE_H_
#define READERS_CLI_NEW_FILE_H_

#include <memory>
#include <string>
#include <utility>

#include "readers/cli/interrupt.h"
#include "vmcoredd/base/output_file.h"

namespace vmcoredd::cli {

// A file that a command writes: complete under its name or not there, also after a signal.
struct NewFile {
  std::unique_ptr<PartialFileGuard> guard;  // goes after the file
  OutputFile file;
};

inline OutputFile::Existing ExistingFor(bool force) {
  return force ? OutputFile::Existing::kReplace : OutputFile::Existing::kFail;
}

// `force`: a file of that name is replaced.
inline Result<NewFile> CreateNewFile(const std::string& path, bool force) {
  const DeferInterrupts defer;  // there is no partial file without a guard
  auto file = VMCOREDD_TRY(OutputFile::Create(path, ExistingFor(force)));
  return NewFile{std::make_unique<PartialFileGuard>(path), std::move(file)};
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): the result owns it

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_NEW_FILE_H_
