// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/uevent_source.h"

#include <linux/netlink.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace vmcoredd::watch {

namespace {

// Group of the kernel's own messages; udev's are in the second.
constexpr uint32_t kKernelGroup = 1;
// A machine that finds a thousand devices at once.
constexpr int kBufferBytes = 4 * 1024 * 1024;
constexpr int kMaxAtOnce = 1024;
// UEVENT_BUFFER_SIZE of the kernel, with its header.
constexpr size_t kMessageBytes = 8192;

}  // namespace

UeventSource::~UeventSource() {
  if (fd_.is_valid()) loop_.RemoveFd(fd_.get());
}

Result<void> UeventSource::Open() {
  fd_.reset(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
  if (!fd_.is_valid()) return FailIo("cannot listen to uevents", errno);
  if (::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kBufferBytes, sizeof(int)) != 0) {
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &kBufferBytes, sizeof(int));
  }
  struct sockaddr_nl address {};
  address.nl_family = AF_NETLINK;
  address.nl_groups = kKernelGroup;
  if (::bind(fd_.get(), reinterpret_cast<const struct sockaddr*>(&address), sizeof(address)) != 0) {
    return FailIo("cannot listen to uevents", errno);
  }
  return loop_.AddFd(fd_.get(), EPOLLIN, [this](uint32_t) { Receive(); });
}

void UeventSource::Receive() {
  std::array<std::byte, kMessageBytes> buffer;
  for (int i = 0; i < kMaxAtOnce; ++i) {
    struct sockaddr_nl sender {};
    struct iovec part = {buffer.data(), buffer.size()};
    struct msghdr header {};
    header.msg_name = &sender;
    header.msg_namelen = sizeof(sender);
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    const ssize_t got = ::recvmsg(fd_.get(), &header, 0);
    if (got < 0) {
      if (errno == ENOBUFS) on_lost_("uevents: the socket's buffer was full");
      if (errno == ENOBUFS || errno == EINTR) continue;
      return;
    }
    // Another process may send to the group, but not as the kernel.
    if (sender.nl_pid != 0 || (header.msg_flags & MSG_TRUNC) != 0) continue;
    const auto uevent = ParseUevent(std::span(buffer).first(static_cast<size_t>(got)));
    if (uevent) on_uevent_(*uevent);
  }
}

}  // namespace vmcoredd::watch
