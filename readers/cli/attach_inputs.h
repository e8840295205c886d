// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_ATTACH_INPUTS_H_
#define READERS_CLI_ATTACH_INPUTS_H_

#include <vector>

#include "readers/cli/inputs.h"
#include "vmcoredd/writer/attach/attach.h"

namespace vmcoredd::cli {

// The dumps of an archive as attach wants them. What the manifest does not say of
// a dump is found out by reading it. Borrows from `archive`. kCorrupt when what
// the manifest says does not fit the notes, or a payload not its checksum.
Result<std::vector<DumpToAttach>> DumpsToAttach(Input& archive);

// kRefused, with the reason, when the archives should not be put into this vmcore:
// their dumps are in it already, or (unless `any_crash`) they belong to another
// crash.
Result<void> CheckBelongs(Input& vmcore,
                          const std::vector<Input>& archives,
                          const std::vector<DumpToAttach>& dumps,
                          bool any_crash);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_ATTACH_INPUTS_H_
