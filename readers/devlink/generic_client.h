// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DEVLINK_GENERIC_CLIENT_H_
#define READERS_DEVLINK_GENERIC_CLIENT_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "readers/devlink/message_channel.h"
#include "vmcoredd/format/devlink/netlink_message.h"

namespace vmcoredd::devlink {

// A family of generic netlink, by name.
struct Family {
  uint16_t id = 0;
  uint8_t version = 0;
  uint32_t max_attribute = 0;
  std::optional<uint32_t> config_group;  // number of the multicast group "config"
};

// A reporter's dump can take long: mlx5 allows itself 60 s.
inline constexpr std::chrono::milliseconds kDefaultTimeout{120000};

// Requests and their answers on one channel. Errors of the kernel are errors with its
// errno, its extended ack in the message, and the code: ENODEV, ENOENT kNotFound; EPERM,
// EACCES, EBUSY kRefused; EINVAL, ERANGE kInvalidArgument; EEXIST kAlreadyExists; ENOSPC,
// EMSGSIZE kLimitExceeded; EOPNOTSUPP kUnsupported; else kIo. os_error() has the number.
class GenericClient {
 public:
  // Looks the family up. kUnsupported when the kernel has none of that name. The timeout
  // holds from here on.
  static Result<GenericClient> Open(std::unique_ptr<MessageChannel> channel,
                                    const std::string& family,
                                    std::chrono::milliseconds timeout = kDefaultTimeout);

  // How long the kernel may be silent before a request is given up.
  void set_timeout(std::chrono::milliseconds timeout) { timeout_ = timeout; }
  // Called with every message of the family that was received as an answer, before it is
  // used; not with the NLMSG_ERROR or NLMSG_DONE that ends it.
  using Recorder = std::function<void(const Message&)>;
  void set_recorder(Recorder recorder) { recorder_ = std::move(recorder); }

  // A request that is being made: fill in attributes, then Do() or Dump().
  MessageBuilder NewRequest(uint8_t command) const;

  // One request; `visit` gets every message before the ack (there may be several:
  // DIAGNOSE), and may be empty.
  Result<void> Do(MessageBuilder request, const MessageVisitor& visit = nullptr);
  // NLM_F_DUMP. An interrupted dump (NLM_F_DUMP_INTR) is asked for again, up to
  // kMaxAttempts times: `restart` is called before, so that `visit`'s work can be undone;
  // without it kIo (EINTR) at the end, everything delivered. EAGAIN ("Dump trampled, please
  // retry") is asked again in the same way.
  using Restart = std::function<void()>;
  Result<void> Dump(MessageBuilder request,
                    const MessageVisitor& visit,
                    const Restart& restart = nullptr);
  static constexpr int kMaxAttempts = 5;

  MessageChannel& channel() { return *channel_; }
  const Family& family() const { return family_; }
  uint64_t received_messages() const { return received_messages_; }

 private:
  explicit GenericClient(std::unique_ptr<MessageChannel> channel) : channel_(std::move(channel)) {}

  struct Progress;  // of one request, see generic_client.cpp
  Result<void> Exchange(MessageBuilder& request, Progress& progress);
  Result<void> Send(MessageBuilder& request, uint16_t flags);
  Result<std::span<const std::byte>> ReceiveAnswer(
      std::optional<std::chrono::steady_clock::time_point>& silent_since);
  void Take(const Message& message, Progress& progress);
  Result<void> TakeEnd(const Message& message, Progress& progress);
  Result<void> DrainDump();

  std::unique_ptr<MessageChannel> channel_;
  Family family_;
  std::chrono::milliseconds timeout_ = kDefaultTimeout;
  Recorder recorder_;
  uint32_t sequence_ = 0;
  // A dump whose end has not come: the kernel answers no other on this socket before.
  std::optional<uint32_t> unfinished_dump_;
  uint64_t received_messages_ = 0;
};

}  // namespace vmcoredd::devlink

#endif  // READERS_DEVLINK_GENERIC_CLIENT_H_
