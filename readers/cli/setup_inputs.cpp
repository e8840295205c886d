// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/setup_inputs.h"

#include <fmt/core.h>
#include <stdlib.h>

#include <memory>

#include "readers/cli/console.h"

namespace vmcoredd::cli {

std::optional<Config> ReadConfig(const std::string& path, const Sysroot& root, Console& console) {
  const std::string file = path.empty() ? root.Host(kConfigPath) : path;
  // A path of the command line is one of the caller's folder, not of the tree.
  const std::unique_ptr<char, decltype(&::free)> real(
      path.empty() ? nullptr : ::realpath(path.c_str(), nullptr), &::free);
  const auto text =
      path.empty() ? root.Text(kConfigPath) : Sysroot().Text(real ? real.get() : path);
  if (!text) {
    if (path.empty() && text.error().code() == ErrorCode::kNotFound) return Config();
    console.AddUnusable(file, text.error());
    return std::nullopt;
  }
  ParsedConfig parsed = ParseConfig(*text);
  for (const ConfigProblem& problem : parsed.problems) {
    console.AddUnusable(
        file, Error(ErrorCode::kCorrupt, fmt::format("line {}, column {}: {}", problem.line,
                                                     problem.column, problem.text)));
  }
  if (!parsed.problems.empty()) return std::nullopt;
  return std::move(parsed.config);
}

}  // namespace vmcoredd::cli
