// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string>
#include <utility>

#include "readers/devlink/message_channel.h"
#include "readers/devlink/wait_readable.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/unique_fd.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink {

namespace {

struct SocketCloser {
  void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};
using Socket = std::unique_ptr<mnl_socket, SocketCloser>;

class NetlinkChannel final : public MessageChannel {
 public:
  explicit NetlinkChannel(Socket socket) : socket_(std::move(socket)), buffer_(kReceiveBytes) {}

  Result<void> Send(std::span<const std::byte> message) override {
    while (mnl_socket_sendto(socket_.get(), message.data(), message.size()) < 0) {
      if (errno != EINTR) return FailIo("cannot send to the kernel", errno);
    }
    return {};
  }

  Result<std::optional<std::span<const std::byte>>> Receive(
      std::chrono::milliseconds timeout) override {
    Patience patience(timeout);
    while (true) {
      // Not mnl_socket_recvfrom(): it can neither go without waiting, which saves a poll()
      // a datagram, nor does it say who sent it.
      sockaddr_nl sender{};
      iovec space{buffer_.data(), buffer_.size()};
      msghdr header{};
      header.msg_name = &sender;
      header.msg_namelen = sizeof(sender);
      header.msg_iov = &space;
      header.msg_iovlen = 1;
      const ssize_t got = ::recvmsg(fd(), &header, MSG_DONTWAIT);
      if (got >= 0) {
        if (sender.nl_pid != 0) continue;  // another process's, not the kernel's
        if ((header.msg_flags & MSG_TRUNC) != 0) {
          return Fail(ErrorCode::kTruncated, "a datagram has more than the " +
                                                 std::to_string(buffer_.size()) +
                                                 " bytes of the buffer");
        }
        return std::span<const std::byte>(buffer_).first(static_cast<size_t>(got));
      }
      if (errno == EINTR) continue;
      if (errno == ENOBUFS) return FailIo("notifications or answers were lost", ENOBUFS);
      if (errno != EAGAIN) return FailIo("cannot receive from the kernel", errno);
      const bool ready = VMCOREDD_TRY(patience.WaitReadable(fd()));
      if (!ready) return std::nullopt;
    }
  }

  int fd() const override { return mnl_socket_get_fd(socket_.get()); }
  uint32_t port() const override { return mnl_socket_get_portid(socket_.get()); }

  Result<void> Join(uint32_t group) override {
    if (mnl_socket_setsockopt(socket_.get(), NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) != 0) {
      return FailIo("cannot join multicast group " + std::to_string(group), errno);
    }
    return {};
  }

 private:
  Socket socket_;
  // The kernel sizes the messages of a dump by what recvmsg() offers.
  std::vector<std::byte> buffer_;
};

// As large as the administrator allows, when we may not go beyond that.
void SetReceiveBuffer(int fd, size_t bytes) {
  const int wanted = static_cast<int>(std::min<size_t>(bytes, INT_MAX / 2));
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)) == 0) return;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted));
}

Result<std::unique_ptr<MessageChannel>> OpenHere(const NetlinkOptions& options) {
  Socket socket(mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC));
  if (!socket) {
    const int os_error = errno;
    if (os_error == EPROTONOSUPPORT || os_error == EAFNOSUPPORT) {
      return tl::unexpected(
          Error(ErrorCode::kUnsupported, "no generic netlink here").WithOsError(os_error));
    }
    return FailIo("cannot open a netlink socket", os_error);
  }
  if (mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) != 0) {
    return FailIo("cannot bind a netlink socket", errno);
  }
  // Kernels before 4.3 and 4.12 have no such options; their answers are understood as well.
  int on = 1;
  mnl_socket_setsockopt(socket.get(), NETLINK_CAP_ACK, &on, sizeof(on));
  mnl_socket_setsockopt(socket.get(), NETLINK_EXT_ACK, &on, sizeof(on));
  if (options.notification_bytes != 0) {
    SetReceiveBuffer(mnl_socket_get_fd(socket.get()), options.notification_bytes);
  }
  return std::make_unique<NetlinkChannel>(std::move(socket));
}

Result<UniqueFd> OpenNamespace(const std::string& netns) {
  if (netns == "." || netns == "..") {
    return Fail(ErrorCode::kInvalidArgument, "'" + netns + "' is no name of a network namespace");
  }
  // Where `ip netns` keeps names.
  const bool is_path = netns.find('/') != std::string::npos;
  const std::string path = is_path ? netns : "/run/netns/" + netns;
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.is_valid()) return fd;
  const int os_error = errno;
  const std::string what = "network namespace '" + EscapeBytes(netns) + "'";
  if (os_error == ENOENT) {
    return tl::unexpected(Error(ErrorCode::kNotFound, "no " + what).WithOsError(os_error));
  }
  return FailIo("cannot open " + what, os_error);
}

struct Visit {
  int netns;
  const NetlinkOptions& options;
  Result<std::unique_ptr<MessageChannel>> channel;
};

void* OpenThere(void* argument) {
  auto& visit = *static_cast<Visit*>(argument);
  if (::setns(visit.netns, CLONE_NEWNET) == 0) {
    visit.channel = OpenHere(visit.options);
    return nullptr;
  }
  const int os_error = errno;
  const ErrorCode code = os_error == EPERM    ? ErrorCode::kRefused
                         : os_error == EINVAL ? ErrorCode::kInvalidArgument
                                              : ErrorCode::kIo;
  visit.channel = tl::unexpected(
      Error(code, "cannot enter network namespace '" + EscapeBytes(visit.options.netns) + "'")
          .WithOsError(os_error));
  return nullptr;
}

}  // namespace

Result<std::unique_ptr<MessageChannel>> OpenNetlink(const NetlinkOptions& options) {
  if (options.netns.empty()) return OpenHere(options);
  const UniqueFd netns = VMCOREDD_TRY(OpenNamespace(options.netns));
  // setns() moves the thread that calls it, and a socket stays where it was made: a thread
  // of its own leaves nobody in the wrong namespace, whatever fails. Not std::thread, which
  // throws.
  Visit visit{netns.get(), options, nullptr};
  pthread_t thread{};
  const int failed = ::pthread_create(&thread, nullptr, OpenThere, &visit);
  if (failed != 0) return FailIo("cannot start a thread for a network namespace", failed);
  ::pthread_join(thread, nullptr);
  return std::move(visit.channel);
}

}  // namespace vmcoredd::devlink
