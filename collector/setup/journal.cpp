// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/journal.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "collector/capture/flat_text.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

Result<void> WriteJournalEntry(const Sysroot& root, const Properties& fields) {
  std::string entry;
  for (const auto& [key, value] : fields) AppendFlatLine(entry, key, EscapeBytes(value));
  const std::string path = root.Host("/run/systemd/journal/socket");
  struct sockaddr_un address {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return Fail(ErrorCode::kLimitExceeded, "the path of the journal's socket is too long");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.is_valid()) return FailIo("cannot make a socket", errno);
  const ssize_t sent =
      ::sendto(fd.get(), entry.data(), entry.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
               reinterpret_cast<const struct sockaddr*>(&address), sizeof(address));
  if (sent < 0) return FailIo("cannot write to the journal", errno);
  return {};
}

}  // namespace vmcoredd
