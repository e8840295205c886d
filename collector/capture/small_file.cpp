// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/small_file.h"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>

#include "vmcoredd/base/text.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

std::string ReadSmallFile(const std::string& path, size_t max) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.is_valid()) return {};
  std::string text(max, '\0');
  size_t size = 0;
  while (size < max) {
    const ssize_t got = ::read(fd.get(), text.data() + size, max - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<size_t>(got);
  }
  text.resize(size);
  return text;
}

std::string ReadFirstLine(const std::string& path) {
  const std::string text = ReadSmallFile(path, 256);
  return EscapeBytes(std::string_view(text).substr(0, text.find('\n')));
}

Result<void> WriteAttribute(const std::string& path, std::string_view text) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.is_valid()) return FailIo("cannot open " + EscapeBytes(path), errno);
  const ssize_t written = ::write(fd.get(), text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size())) return {};
  return FailIo("cannot write " + EscapeBytes(path), written < 0 ? errno : EIO);
}

std::string KernelRelease(const std::string& sysroot) {
  if (!sysroot.empty()) return ReadFirstLine(sysroot + "/proc/sys/kernel/osrelease");
  utsname name;
  return ::uname(&name) == 0 ? name.release : "";
}

}  // namespace vmcoredd
