// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/output_folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "readers/cli/console.h"
#include "readers/cli/dump_file_name.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd::cli {

namespace {

// The folder itself, or a link to it, is the person's choice; what we make in it
// is ours and must be no link (`follow` false).
Result<void> MakeFolder(const std::string& path, bool follow) {
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) {
    return FailIo("cannot make the folder", errno);
  }
  const UniqueFd fd(
      ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW)));
  if (!fd.is_valid()) return FailIo("cannot open the folder", errno);
  return {};
}

}  // namespace

bool Destination::Prepare(const std::string& root, Console& console) {
  if (usable) return *usable;
  std::string path = root;
  auto made = MakeFolder(path, true);
  if (made && folder != path) {
    path = folder;
    made = MakeFolder(path, false);
  }
  if (!made) console.AddProblem(path, made.error());
  usable = made.has_value();
  return *usable;
}

std::vector<Destination> Destinations(const std::vector<Input>& inputs, const std::string& root) {
  std::vector<FileToName> folders;
  for (const Input& input : inputs) {
    const std::string& file = input.file();
    folders.push_back({file.substr(file.rfind('/') + 1), std::to_string(folders.size() + 1)});
  }
  const std::vector<std::string> folder_names = FileNamesFor(folders);
  std::vector<Destination> destinations;
  for (size_t i = 0; i < inputs.size(); ++i) {
    Destination destination;
    destination.folder = inputs.size() == 1 ? root : root + '/' + folder_names[i];
    std::vector<FileToName> files;
    for (const DeviceDump& dump : inputs[i].table.dumps) {
      files.push_back({dump.name(), std::to_string(dump.index())});
    }
    const std::vector<std::string> names = FileNamesFor(files);
    for (size_t d = 0; d < names.size(); ++d) {
      destination.names[inputs[i].table.dumps[d].index()] = names[d];
    }
    destinations.push_back(std::move(destination));
  }
  return destinations;
}

}  // namespace vmcoredd::cli
