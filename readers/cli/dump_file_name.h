// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DUMP_FILE_NAME_H_
#define READERS_CLI_DUMP_FILE_NAME_H_

#include <string>
#include <string_view>
#include <vector>

namespace vmcoredd::cli {

// The file name for bytes that an enemy chose: one path component that is never
// empty, hidden, an option or our ".partial", at most 4 * 44 bytes for a dump's
// name. Escaped as EscapeBytes does, so that the name can be had back; ordinary
// names stay as they are.
std::string SafeFileName(std::string_view raw);

struct FileToName {
  std::string name;   // raw
  std::string index;  // tells it apart from others of the same name; unique
};

// A different file name for each. Names that occur once are used as they are
// (SafeFileName); all that share one get ".INDEX" behind it. What a dump is called
// depends on all of `files`, so callers pass everything that a vmcore has and
// not only what was selected.
std::vector<std::string> FileNamesFor(const std::vector<FileToName>& files);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_DUMP_FILE_NAME_H_
