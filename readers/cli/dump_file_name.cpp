// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/dump_file_name.h"

#include <map>

#include "vmcoredd/base/text.h"

namespace vmcoredd::cli {

namespace {

constexpr std::string_view kPartialSuffix = ".partial";  // of OutputFile
constexpr std::string_view kNoName = "unnamed";

std::string EscapeAt(const std::string& name, size_t at) {
  return name.substr(0, at) + "\\x" + ToHex(std::as_bytes(std::span(&name[at], 1))) +
         name.substr(at + 1);
}

}  // namespace

std::string SafeFileName(std::string_view raw) {
  if (raw.empty()) return std::string(kNoName);
  std::string name = EscapeBytes(raw);
  // Otherwise the next file to be written could take it for a left-over.
  if (name.ends_with(kPartialSuffix)) name = EscapeAt(name, name.size() - kPartialSuffix.size());
  for (size_t at = name.find('/'); at != std::string::npos; at = name.find('/', at)) {
    name = EscapeAt(name, at);
  }
  if (name.front() == '.' || name.front() == '-') name = EscapeAt(name, 0);
  return name;
}

std::vector<std::string> FileNamesFor(const std::vector<FileToName>& files) {
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const FileToName& file : files) names.push_back(SafeFileName(file.name));
  std::vector<bool> indexed(files.size(), false);
  // An index makes a name unique among all that have one, but what it makes may
  // be the name of another ("a", "a", "a.1"): that one gets its index too. Ends
  // since every round but the last adds an index.
  for (bool changed = true; changed;) {
    changed = false;
    std::map<std::string, size_t> uses;
    for (const std::string& name : names) ++uses[name];
    for (size_t i = 0; i < names.size(); ++i) {
      if (indexed[i] || uses[names[i]] == 1) continue;
      names[i] += '.' + files[i].index;
      indexed[i] = true;
      changed = true;
    }
  }
  return names;
}

}  // namespace vmcoredd::cli
