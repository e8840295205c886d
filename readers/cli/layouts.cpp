// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/layouts.h"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "readers/cli/console.h"

namespace vmcoredd::cli {

namespace {

namespace fs = std::filesystem;

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

std::vector<std::string> LayoutDirectories(const LayoutSelection& selection) {
  std::vector<std::string> out;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    out.push_back((program.parent_path().parent_path() / "share/vmcoredd/layouts").string());
  }
  out.emplace_back("/etc/vmcoredd/layouts");
  std::string config = Environment("XDG_CONFIG_HOME");
  const std::string home = Environment("HOME");
  if (config.empty() && !home.empty()) config = home + "/.config";
  if (!config.empty()) out.push_back(config + "/vmcoredd/layouts");
  out.insert(out.end(), selection.directories.begin(), selection.directories.end());
  return out;
}

LayoutSet LoadLayouts(const LayoutSelection& selection, Console& console) {
  for (const std::string& directory : selection.directories) {
    std::error_code error;
    if (!fs::is_directory(directory, error)) {
      console.AddProblem(directory, Error(ErrorCode::kNotFound, "no directory of layouts"));
    }
  }
  LayoutSet layouts = LayoutSet::Load(LayoutDirectories(selection));
  for (const LayoutProblem& problem : layouts.problems()) AddLayoutProblem(problem, console);
  return layouts;
}

void AddLayoutProblem(const LayoutProblem& problem, Console& console) {
  const LayoutPlace& place = problem.place;
  console.AddProblem(place.line == 0
                         ? problem.file
                         : fmt::format("{}:{}:{}", problem.file, place.line, place.column),
                     Error(ErrorCode::kCorrupt, problem.text));
}

}  // namespace vmcoredd::cli
