// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fcntl.h>
#include <getopt.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include "collector/capture/flat_text.h"
#include "collector/watch/watcher.h"
#include "vmcoredd/base/text.h"

// vmcoredd-watch(8). Started by `vmcoredd watch`, which reads the configuration.

namespace {

using namespace vmcoredd;
using namespace vmcoredd::watch;

constexpr int kExitUsage = 2, kExitInput = 3, kExitDefect = 4;

constexpr const char* kUsage =
    "usage: vmcoredd-watch --config-fd FD [--once] [--foreground] [--sysroot DIR]\n"
    "                      [--netlink-socket PATH] [-- RELOAD_COMMAND...]\n"
    "       vmcoredd-watch --release\n"
    "Started by `vmcoredd watch`: see vmcoredd-watch(8).\n";

struct CommandLine {
  WatcherOptions options;
  int config_fd = -1;
  bool release = false;
};

std::optional<CommandLine> ParseCommandLine(int argc, char** argv) {
  enum { kConfigFd = 256, kOnce, kForeground, kSysroot, kNetlink, kRelease, kHelp, kVersion };
  const std::array<option, 9> options = {{{"config-fd", required_argument, nullptr, kConfigFd},
                                          {"once", no_argument, nullptr, kOnce},
                                          {"foreground", no_argument, nullptr, kForeground},
                                          {"sysroot", required_argument, nullptr, kSysroot},
                                          {"netlink-socket", required_argument, nullptr, kNetlink},
                                          {"release", no_argument, nullptr, kRelease},
                                          {"help", no_argument, nullptr, kHelp},
                                          {"version", no_argument, nullptr, kVersion},
                                          {nullptr, 0, nullptr, 0}}};
  CommandLine line;
  for (int found; (found = ::getopt_long(argc, argv, "+", options.data(), nullptr)) != -1;) {
    switch (found) {
      case kConfigFd: {
        const auto number = ParseNumber(optarg);
        if (!number || *number > 65535) return std::nullopt;
        line.config_fd = static_cast<int>(*number);
        break;
      }
      case kOnce: line.options.once = true; break;
      case kForeground: line.options.to_stderr = true; break;
      case kSysroot: line.options.sysroot = optarg; break;
      case kNetlink: line.options.netlink_socket = optarg; break;
      case kRelease: line.release = true; break;
      case kHelp: std::fputs(kUsage, stdout); std::exit(0);
      case kVersion: std::puts("vmcoredd-watch " VMCOREDD_VERSION); std::exit(0);
      default: return std::nullopt;
    }
  }
  for (int i = optind; i < argc; ++i) line.options.reload_command.emplace_back(argv[i]);
  if (line.config_fd < 0 && !line.release) return std::nullopt;
  return line;
}

Result<WatchConfig> ReadConfig(int fd) {
  std::string text;
  std::array<char, 4096> window;
  for (;;) {
    const ssize_t got = ::read(fd, window.data(), window.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailIo("cannot read the configuration", errno);
    if (got == 0) break;
    text.append(window.data(), static_cast<size_t>(got));
    if (text.size() > kMaxWatchConfigBytes) break;  // ParseWatchConfig() says so
  }
  ::close(fd);
  return ParseWatchConfig(text);
}

int Fail(const Error& error) {
  std::fprintf(stderr, "vmcoredd-watch: %s\n", error.ToString().c_str());
  return kExitInput;
}

int Run(CommandLine line) {
  auto loop = EventLoop::Create();
  if (!loop) return Fail(loop.error());
  if (line.release) return Watcher(std::move(line.options), **loop).RestoreOnly() ? 0 : 1;
  auto config = ReadConfig(line.config_fd);
  if (!config) return Fail(config.error());
  line.options.config = *std::move(config);
  const std::vector<std::string> reload = line.options.reload_command;
  {
    Watcher watcher(std::move(line.options), **loop);
    const auto ended = watcher.Run();
    if (!ended) return Fail(ended.error());
    if (*ended != Watcher::kReload) return *ended;
  }
  loop->reset();  // signals as they were
  std::vector<char*> arguments;
  arguments.reserve(reload.size() + 1);
  for (const std::string& one : reload) arguments.push_back(const_cast<char*>(one.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  std::fprintf(stderr, "vmcoredd-watch: cannot run %s: %s\n", EscapeBytes(reload[0]).c_str(),
               std::strerror(errno));
  return kExitDefect;
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(077);
  auto line = ParseCommandLine(argc, argv);
  if (!line) {
    std::fputs(kUsage, stderr);
    return kExitUsage;
  }
  return Run(*std::move(line));
}
