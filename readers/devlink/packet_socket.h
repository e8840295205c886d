// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DEVLINK_PACKET_SOCKET_H_
#define READERS_DEVLINK_PACKET_SOCKET_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vmcoredd/base/result.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd::devlink {

// One end of a SOCK_SEQPACKET connection: what a MessageChannel over it has in common with
// others. An end that the other side closed is kIo with ECONNRESET, after everything that
// was sent before has been received.
class PacketSocket {
 public:
  // `peer` is for messages: "the server". Packets of more than `buffer_bytes` are kTruncated.
  PacketSocket(UniqueFd socket, std::string peer, size_t buffer_bytes)
      : socket_(std::move(socket)), peer_(std::move(peer)), buffer_(buffer_bytes) {}

  // One packet of both parts. `flags` beside MSG_NOSIGNAL, which it always has.
  Result<void> Send(std::span<const std::byte> head,
                    std::span<const std::byte> body = {},
                    int flags = 0);
  // As MessageChannel::Receive().
  Result<std::optional<std::span<const std::byte>>> Receive(std::chrono::milliseconds timeout);

  int fd() const { return socket_.get(); }

 private:
  tl::unexpected<Error> Closed() const;

  UniqueFd socket_;
  std::string peer_;
  std::vector<std::byte> buffer_;
};

}  // namespace vmcoredd::devlink

#endif  // READERS_DEVLINK_PACKET_SOCKET_H_
