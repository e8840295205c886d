// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/setup_inputs.h"

#include <fmt/core.h>
#include <stdlib.h>

#include <memory>

#include "readers/cli/console.h"

namespace vmcoredd::cli {

ConfigFile ReadConfigFile(const std::string& path, const Sysroot& root) {
  ConfigFile file;
  file.path = path.empty() ? root.Host(kConfigPath) : path;
  // A path of the command line is one of the caller's folder, not of the tree.
  const std::unique_ptr<char, decltype(&::free)> real(
      path.empty() ? nullptr : ::realpath(path.c_str(), nullptr), &::free);
  const auto text =
      path.empty() ? root.Text(kConfigPath) : Sysroot().Text(real ? real.get() : path);
  if (text) {
    file.parsed = ParseConfig(*text);
  } else if (!path.empty() || text.error().code() != ErrorCode::kNotFound) {
    file.error = text.error();
  }
  return file;
}

std::optional<Config> ReadConfig(const std::string& path, const Sysroot& root, Console& console) {
  ConfigFile file = ReadConfigFile(path, root);
  if (file.error) {
    console.AddUnusable(file.path, *file.error);
    return std::nullopt;
  }
  for (const ConfigProblem& problem : file.parsed.problems) {
    console.AddUnusable(
        file.path, Error(ErrorCode::kCorrupt, fmt::format("line {}, column {}: {}", problem.line,
                                                          problem.column, problem.text)));
  }
  if (!file.parsed.problems.empty()) return std::nullopt;
  return std::move(file.parsed.config);
}

}  // namespace vmcoredd::cli
