// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DEVLINK_MESSAGE_CHANNEL_H_
#define READERS_DEVLINK_MESSAGE_CHANNEL_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vmcoredd/base/result.h"

namespace vmcoredd::devlink {

// Somebody who speaks netlink: the kernel, the reporters of vmcoredd-watch, a recording.
class MessageChannel {
 public:
  virtual ~MessageChannel() = default;
  virtual Result<void> Send(std::span<const std::byte> message) = 0;
  // The next datagram, valid until the next call. Nothing when `timeout` passes. kIo with
  // os_error() ENOBUFS: notifications were lost, the channel goes on. kTruncated: the
  // datagram was larger than our buffer, the rest of it is lost.
  virtual Result<std::optional<std::span<const std::byte>>> Receive(
      std::chrono::milliseconds timeout) = 0;
  // To wait for it together with others; -1: none.
  virtual int fd() const { return -1; }
  // Joins a multicast group by its number.
  virtual Result<void> Join(uint32_t group) = 0;
  virtual uint32_t port() const { return 0; }
};

// Opens a channel of its own in whatever process calls it.
using ChannelOpener = std::function<Result<std::unique_ptr<MessageChannel>>()>;

struct NetlinkOptions {
  std::string netns;              // name in /run/netns, or a path; empty: this one
  size_t notification_bytes = 0;  // receive buffer of a channel that gets notifications; 0: default
};

// A socket of generic netlink: extended acks on, answers capped where the kernel can.
// (NETLINK_GET_STRICT_CHK is left alone: net/netlink/genetlink.c does not look at it.)
// kUnsupported where there is no netlink, kNotFound where there is no such namespace. The
// process stays in its own namespace.
Result<std::unique_ptr<MessageChannel>> OpenNetlink(const NetlinkOptions& options);

// The socket of a server that answers as the kernel does (SOCK_SEQPACKET). kNotFound when
// nobody listens there. A connection that the server closes is kIo with ECONNRESET.
Result<std::unique_ptr<MessageChannel>> ConnectUnix(const std::string& path);

}  // namespace vmcoredd::devlink

#endif  // READERS_DEVLINK_MESSAGE_CHANNEL_H_
