// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/packet_socket.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

#include "readers/devlink/wait_readable.h"

namespace vmcoredd::devlink {

namespace {

iovec PartOf(std::span<const std::byte> bytes) {
  return {const_cast<std::byte*>(bytes.data()), bytes.size()};
}

}  // namespace

Result<void> PacketSocket::Send(std::span<const std::byte> head,
                                std::span<const std::byte> body,
                                int flags) {
  iovec parts[] = {PartOf(head), PartOf(body)};
  msghdr header{};
  header.msg_iov = parts;
  header.msg_iovlen = 2;
  while (::sendmsg(fd(), &header, MSG_NOSIGNAL | flags) < 0) {
    if (errno == EPIPE) return Closed();
    if (errno != EINTR) return FailIo("cannot send to " + peer_, errno);
  }
  return {};
}

Result<std::optional<std::span<const std::byte>>> PacketSocket::Receive(
    std::chrono::milliseconds timeout) {
  Patience patience(timeout);
  while (true) {
    iovec space{buffer_.data(), buffer_.size()};
    msghdr header{};
    header.msg_iov = &space;
    header.msg_iovlen = 1;
    const ssize_t got = ::recvmsg(fd(), &header, MSG_DONTWAIT);
    if (got == 0) return Closed();
    if (got > 0) {
      if ((header.msg_flags & MSG_TRUNC) != 0) {
        return Fail(ErrorCode::kTruncated, "a datagram has more than the " +
                                               std::to_string(buffer_.size()) +
                                               " bytes of the buffer");
      }
      return std::span<const std::byte>(buffer_).first(static_cast<size_t>(got));
    }
    // Said once, when the other end was closed with something unread; what it had sent
    // before is still there, and then comes the end (unix_release_sock()).
    if (errno == EINTR || errno == ECONNRESET) continue;
    if (errno != EAGAIN) return FailIo("cannot receive from " + peer_, errno);
    const bool ready = VMCOREDD_TRY(patience.WaitReadable(fd()));
    if (!ready) return std::nullopt;
  }
}

tl::unexpected<Error> PacketSocket::Closed() const {
  return FailIo(peer_ + " closed the connection", ECONNRESET);
}

}  // namespace vmcoredd::devlink
