// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/layouts.h"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "readers/cli/console.h"
#include "readers/cli/output_text.h"

namespace vmcoredd::cli {

namespace {

namespace fs = std::filesystem;

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

// Beside the program; where it was to be installed, if it stands alone or /proc is not there.
std::string ShippedLayouts() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path beside = program.parent_path().parent_path() / "share/vmcoredd/layouts";
  return !error && fs::is_directory(beside, error) ? beside.string() : VMCOREDD_LAYOUTS;
}

}  // namespace

std::vector<std::string> LayoutDirectories(const LayoutSelection& selection) {
  std::vector<std::string> out = {ShippedLayouts(), "/etc/vmcoredd/layouts"};
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
  const std::vector<std::string> directories = LayoutDirectories(selection);
  std::error_code error;
  if (!fs::is_directory(directories.front(), error)) {
    console.Note(PathText(directories.front()) + ": the layouts of this program are not there");
  }
  LayoutSet layouts = LayoutSet::Load(directories);
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
