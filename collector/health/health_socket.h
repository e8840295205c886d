// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_HEALTH_SOCKET_H_
#define VMCOREDD_COLLECTOR_HEALTH_HEALTH_SOCKET_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "vmcoredd/base/result.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

inline constexpr std::string_view kHealthSocket = "/run/vmcoredd/health.sock";

// A listening SOCK_SEQPACKET socket at `path`, for everybody to connect to: who may do what
// is decided by who calls. Its folder is made (0755) if it is not there, and must be one
// that only its owner, root or us, can write to. A socket that nobody listens on any more
// is replaced; kAlreadyExists when somebody does, or when the name is something else.
Result<UniqueFd> ListenForHealth(const std::string& path);

// The process at the other end, as it was when it connected.
struct HealthPeer {
  pid_t process = 0;
  uid_t user = 0;
  bool is_privileged = false;
};
// Root, the user that we run as, and members of `group` may do everything.
Result<HealthPeer> IdentifyPeer(int fd, std::optional<gid_t> group);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_HEALTH_HEALTH_SOCKET_H_
