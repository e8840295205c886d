// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/run_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "vmcoredd/base/text.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd::cli {

namespace {

constexpr size_t kMaxOutput = 64 * 1024;

std::string ReadOutput(int fd) {
  std::string output;
  std::array<char, 4096> window;
  for (;;) {
    const ssize_t got = ::read(fd, window.data(), window.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return output;
    // Read to its end, or the program would end by SIGPIPE.
    if (output.size() < kMaxOutput) output.append(window.data(), static_cast<size_t>(got));
  }
}

// Memory and no pipe: the program may read as much or as little of it as it likes, and
// what is in it is in no file.
Result<UniqueFd> InputOf(const std::string& input) {
  UniqueFd file(::memfd_create("input", MFD_CLOEXEC));
  if (!file.is_valid()) return FailIo("cannot make a file in memory", errno);
  size_t done = 0;
  while (done < input.size()) {
    const ssize_t written = ::write(file.get(), input.data() + done, input.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FailIo("cannot write to a file in memory", errno);
    done += static_cast<size_t>(written);
  }
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return FailIo("cannot rewind it", errno);
  return file;
}

}  // namespace

Result<std::string> RunProgram(const std::vector<std::string>& arguments,
                               const std::string& input) {
  const std::string name = EscapeBytes(arguments.front());
  std::array<int, 2> fds;
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) return FailIo("cannot make a pipe", errno);
  const UniqueFd out(fds[0]);
  UniqueFd in(fds[1]);
  const UniqueFd text = VMCOREDD_TRY(InputOf(input));
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, text.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, in.get(), STDOUT_FILENO);
  pid_t pid = 0;
  const int failed = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return FailIo("cannot run " + name, failed);
  in.reset();
  std::string output = ReadOutput(out.get());
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return FailIo("cannot wait for " + name, errno);
  }
  if (!WIFEXITED(status)) return Fail(ErrorCode::kIo, name + " was ended by a signal");
  if (WEXITSTATUS(status) != 0) {
    return Fail(ErrorCode::kIo, name + " ended with " + std::to_string(WEXITSTATUS(status)));
  }
  return output;
}

}  // namespace vmcoredd::cli
