// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/fuzz/fuzz_input.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace vmcoredd::fuzz {

void Require(bool condition, const char* promise) {
  if (condition) return;
  std::fprintf(stderr, "promise broken: %s\n", promise);
  std::abort();
}

void RequirePrintable(const Error& error) {
  for (const char c : error.ToString()) {
    Require(c >= 0x20 && c < 0x7f, "an error's text is printable ASCII");
  }
}

namespace {

class ScratchFolder {
 public:
  ScratchFolder() {
    path_ = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
    path_ += "/vmcoredd-fuzz.XXXXXX";
    Require(mkdtemp(path_.data()) != nullptr, "a folder can be made");
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

std::string ScratchPath(const std::string& name) {
  static const ScratchFolder folder;
  return folder.path() + '/' + name;
}

void StoreFile(const std::string& path, std::span<const std::byte> bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  Require(fd >= 0 && PwriteAll(fd, bytes, 0).has_value() && close(fd) == 0,
          "an input can be stored");
}

}  // namespace vmcoredd::fuzz
