// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/console.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace vmcoredd {

void Complain(const std::string& text) {
  std::fprintf(stderr, "vmcoredd-collect: %s\n", text.c_str());
}

int ExitWith(const Error& error) {
  Complain(error.ToString());
  return error.code() == ErrorCode::kInvalidArgument ? kUsageError : kUnusable;
}

void SilenceErrors() {
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null < 0) return;
  ::dup2(null, STDERR_FILENO);
  ::close(null);
}

}  // namespace vmcoredd
