// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr int kBacklog = 16;
constexpr mode_t kFolderMode = 0755;
constexpr mode_t kSocketMode = 0666;
// Groups a process can have (NGROUPS_MAX).
constexpr size_t kMaxGroups = 65536;

Result<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path[0] != '/' || path.size() >= sizeof address.sun_path) {
    return Fail(ErrorCode::kInvalidArgument,
                "socket " + EscapeBytes(path) + ": expected an absolute path of at most " +
                    std::to_string(sizeof address.sun_path - 1) + " bytes");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Result<void> CheckFolder(const std::string& path) {
  const std::string folder = path.substr(0, std::max<size_t>(1, path.rfind('/')));
  if (::mkdir(folder.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    return FailIo("cannot make " + EscapeBytes(folder), errno);
  }
  struct stat status = {};
  if (::lstat(folder.c_str(), &status) != 0) {
    return FailIo("cannot look at " + EscapeBytes(folder), errno);
  }
  const bool is_ours = status.st_uid == 0 || status.st_uid == ::geteuid();
  if (!S_ISDIR(status.st_mode) || !is_ours || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Fail(ErrorCode::kRefused,
                EscapeBytes(folder) + ": others can write to it, or it is no folder of ours");
  }
  return {};
}

// What is left of one who listened here before.
Result<void> RemoveStale(const std::string& path, const sockaddr_un& address) {
  struct stat status = {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return FailIo("cannot look at " + EscapeBytes(path), errno);
  }
  if (!S_ISSOCK(status.st_mode)) {
    return Fail(ErrorCode::kAlreadyExists, EscapeBytes(path) + " is there and is no socket");
  }
  const UniqueFd probe(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe.is_valid()) return FailIo("cannot open a socket", errno);
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
      errno != ECONNREFUSED) {
    return Fail(ErrorCode::kAlreadyExists, "somebody listens at " + EscapeBytes(path) + " already");
  }
  if (::unlink(path.c_str()) != 0) return FailIo("cannot remove " + EscapeBytes(path), errno);
  return {};
}

bool IsMember(int fd, gid_t group) {
  socklen_t size = 0;
  // Tells the size that it needs.
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, nullptr, &size) == 0 || errno != ERANGE ||
      size > kMaxGroups * sizeof(gid_t)) {
    return false;
  }
  std::vector<gid_t> groups(size / sizeof(gid_t));
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) != 0) return false;
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

}  // namespace

Result<UniqueFd> ListenForHealth(const std::string& path) {
  const sockaddr_un address = VMCOREDD_TRY(AddressOf(path));
  VMCOREDD_TRY(CheckFolder(path));
  VMCOREDD_TRY(RemoveStale(path, address));
  UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_valid()) return FailIo("cannot open a socket", errno);
  const mode_t mask = ::umask(0177);
  const int bound = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int bind_error = errno;
  ::umask(mask);
  if (bound != 0) return FailIo("cannot bind " + EscapeBytes(path), bind_error);
  if (::chmod(path.c_str(), kSocketMode) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    const int error = errno;
    ::unlink(path.c_str());
    return FailIo("cannot listen at " + EscapeBytes(path), error);
  }
  return fd;
}

Result<HealthPeer> IdentifyPeer(int fd, std::optional<gid_t> group) {
  ucred credentials = {};
  socklen_t size = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return FailIo("cannot ask who has connected", errno);
  }
  HealthPeer peer = {credentials.pid, credentials.uid, false};
  peer.is_privileged = credentials.uid == 0 || credentials.uid == ::geteuid() ||
                       (group && (credentials.gid == *group || IsMember(fd, *group)));
  return peer;
}

}  // namespace vmcoredd
