// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "collector/setup/dump_path.h"
#include "collector/setup/health_conf.h"
#include "collector/setup/kdump_target.h"
#include "collector/setup/watch_conf.h"
#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/setup_inputs.h"
#include "vmcoredd/base/unique_fd.h"

// `vmcoredd watch` reads the configuration and becomes vmcoredd-watch, which stays and so
// has no parser for it.

namespace vmcoredd::cli {

namespace {

// The text on a descriptor that the program inherits.
Result<UniqueFd> HandOver(const std::string& text) {
  UniqueFd fd(::memfd_create("vmcoredd-watch.conf", 0));
  if (!fd.is_valid()) return FailIo("cannot hand the configuration over", errno);
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::lseek(fd.get(), 0, SEEK_SET) != 0) {
    return FailIo("cannot hand the configuration over", errno);
  }
  return fd;
}

// Our own file; empty if that cannot be said.
std::string OwnProgram() {
  std::array<char, 4096> self;
  const ssize_t length = ::readlink("/proc/self/exe", self.data(), self.size());
  if (length <= 0 || static_cast<size_t>(length) == self.size()) return {};
  return std::string(self.data(), static_cast<size_t>(length));
}

// PREFIX/bin/vmcoredd and PREFIX/lib/vmcoredd/vmcoredd-watch, whatever the prefix.
std::string WatchProgram() {
  if (const char* const program = std::getenv("VMCOREDD_WATCH_PROGRAM")) return program;
  std::string path = OwnProgram();
  for (int parts = 0; parts < 2; ++parts) path.erase(std::min(path.rfind('/'), path.size()));
  return path + "/lib/vmcoredd/vmcoredd-watch";
}

// What makes us again, when the configuration has changed.
std::vector<std::string> OwnCommand(const WatchCommand& command) {
  std::vector<std::string> own = {OwnProgram(), "watch"};
  if (own.front().empty()) return {};
  if (!command.config.empty()) own.insert(own.end(), {"--config", command.config});
  if (!command.sysroot.empty()) own.insert(own.end(), {"--sysroot", command.sysroot});
  if (!command.netlink_socket.empty()) {
    own.insert(own.end(), {"--netlink-socket", command.netlink_socket});
  }
  if (command.foreground) own.push_back("--foreground");
  return own;
}

}  // namespace

void Run(const WatchCommand& command, Console& console) {
  const auto config = ReadConfig(command.config, Sysroot(command.sysroot), console);
  if (!config) return;
  const Sysroot root(command.sysroot);
  std::string text = WatchText(*config);
  if (config->health.enabled) {
    const auto health = HealthText(*config, FindDumpPath(root, ReadKdumpTarget(root)));
    if (!health) return console.AddUnusable(command.config, health.error());
    text += *health;
  }
  if (command.check) return;
  const std::string program = WatchProgram();
  const auto fd = HandOver(text);
  if (!fd) return console.AddProblem(program, fd.error());
  std::vector<std::string> arguments = {program, "--config-fd", std::to_string(fd->get())};
  if (command.once) arguments.push_back("--once");
  if (command.foreground) arguments.push_back("--foreground");
  if (!command.sysroot.empty()) {
    arguments.insert(arguments.end(), {"--sysroot", command.sysroot});
  }
  if (!command.netlink_socket.empty()) {
    arguments.insert(arguments.end(), {"--netlink-socket", command.netlink_socket});
  }
  arguments.push_back("--");
  for (std::string& word : OwnCommand(command)) arguments.push_back(std::move(word));
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (std::string& word : arguments) words.push_back(word.data());
  words.push_back(nullptr);
  ::execv(words[0], words.data());
  console.AddUnusable(program, Error::Io("cannot run it", errno));
}

}  // namespace vmcoredd::cli
