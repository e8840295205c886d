// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/generic_client.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "vmcoredd/base/text.h"

namespace vmcoredd::devlink {

namespace {

using std::chrono::steady_clock;

// Names of devices, regions and reporters are short; the kernel takes more.
constexpr size_t kMaxRequestBytes = 4096;
constexpr uint8_t kControlVersion = 2;

ErrorCode CodeOf(int os_error) {
  switch (os_error) {
    case ENODEV:
    case ENOENT: return ErrorCode::kNotFound;
    case EPERM:
    case EACCES:
    case EBUSY: return ErrorCode::kRefused;
    case EINVAL:
    case ERANGE: return ErrorCode::kInvalidArgument;
    case EEXIST: return ErrorCode::kAlreadyExists;
    case ENOSPC:
    case EMSGSIZE: return ErrorCode::kLimitExceeded;
    case EOPNOTSUPP: return ErrorCode::kUnsupported;
    default: return ErrorCode::kIo;
  }
}

// The words for the number follow in Error::ToString().
Error ErrorOf(const Answer& answer) {
  std::string message = answer.error == EPERM ? "no CAP_NET_ADMIN: run as root" : "kernel answers";
  if (!answer.text.empty()) message += ": " + EscapeBytes(answer.text);
  return Error(CodeOf(answer.error), std::move(message)).WithOsError(answer.error);
}

Result<Family> ReadFamily(const Message& message) {
  const AttributeTable table = VMCOREDD_TRY(AttributeTable::Read(message));
  const auto id = table.Uint(CTRL_ATTR_FAMILY_ID);
  if (!id || *id < GENL_MIN_ID || *id > UINT16_MAX) {
    return FailAt(ErrorCode::kCorrupt, message.offset,
                  "expected the number of a family, found none");
  }
  Family family;
  family.id = static_cast<uint16_t>(*id);
  family.version = static_cast<uint8_t>(table.Uint(CTRL_ATTR_VERSION).value_or(0));
  family.max_attribute = static_cast<uint32_t>(table.Uint(CTRL_ATTR_MAXATTR).value_or(0));
  const Attribute* groups = table.Find(CTRL_ATTR_MCAST_GROUPS);
  if (groups == nullptr) return family;
  const auto take = [&family](const Attribute& group) -> Result<void> {
    const AttributeTable entry = VMCOREDD_TRY(AttributeTable::Read(group));
    const auto number = entry.Uint(CTRL_ATTR_MCAST_GRP_ID);
    if (number && entry.String(CTRL_ATTR_MCAST_GRP_NAME) == "config") {
      family.config_group = static_cast<uint32_t>(*number);
    }
    return {};
  };
  VMCOREDD_TRY(VisitAttributes(groups->bytes, groups->offset, groups->order, take));
  return family;
}

}  // namespace

// What has come of the answer to one request.
struct GenericClient::Progress {
  bool is_dump;
  const MessageVisitor& visit;
  bool ended = false;        // nothing of this answer will follow
  bool interrupted = false;  // NLM_F_DUMP_INTR was seen
  bool heard = false;        // the datagram had something of this answer
  std::optional<Error> error{};
};

Result<GenericClient> GenericClient::Open(std::unique_ptr<MessageChannel> channel,
                                          const std::string& family,
                                          std::chrono::milliseconds timeout) {
  GenericClient client(std::move(channel));
  client.set_timeout(timeout);
  client.family_.id = GENL_ID_CTRL;
  client.family_.version = kControlVersion;
  MessageBuilder request = client.NewRequest(CTRL_CMD_GETFAMILY);
  if (!request.PutString(CTRL_ATTR_FAMILY_NAME, family)) {
    return Fail(ErrorCode::kInvalidArgument,
                "'" + EscapeBytes(family) + "' is no name of a family");
  }
  std::optional<Family> found;
  const auto asked = client.Do(std::move(request), [&](const Message& message) -> Result<void> {
    found = VMCOREDD_TRY(ReadFamily(message));
    return {};
  });
  if (!asked && asked.error().os_error() == ENOENT) {
    return tl::unexpected(
        Error(ErrorCode::kUnsupported, "this kernel has no " + EscapeBytes(family) +
                                           ": generic netlink knows no family of that name")
            .WithOsError(ENOENT));
  }
  if (!asked) return FailWith(asked.error(), "family " + EscapeBytes(family));
  if (!found) {
    return Fail(ErrorCode::kCorrupt,
                "family " + EscapeBytes(family) + ": expected its number, found an empty answer");
  }
  client.family_ = *found;
  client.received_messages_ = 0;
  return client;
}

MessageBuilder GenericClient::NewRequest(uint8_t command) const {
  MessageBuilder request(family_.id, NLM_F_REQUEST, 0, channel_->port(), kMaxRequestBytes);
  request.PutGeneric(command, family_.version);
  return request;
}

Result<void> GenericClient::Do(MessageBuilder request, const MessageVisitor& visit) {
  Progress progress{/*is_dump=*/false, visit};
  return Exchange(request, progress);
}

Result<void> GenericClient::Dump(MessageBuilder request,
                                 const MessageVisitor& visit,
                                 const Restart& restart) {
  for (int attempt = 1;; ++attempt) {
    Progress progress{/*is_dump=*/true, visit};
    auto dumped = Exchange(request, progress);
    const bool trampled = !dumped && dumped.error().os_error() == EAGAIN;
    if (!trampled && !(dumped && progress.interrupted)) return dumped;
    if (!restart || attempt == kMaxAttempts) {
      if (trampled) return dumped;
      return FailIo("what was asked for changed while it was read, " + std::to_string(attempt) +
                        (attempt == 1 ? " time" : " times"),
                    EINTR);
    }
    restart();
  }
}

Result<void> GenericClient::Send(MessageBuilder& request, uint16_t flags) {
  if (++sequence_ == 0) sequence_ = 1;  // 0 is that of notifications
  request.SetSequence(sequence_);
  const auto made = request.bytes();
  std::vector<std::byte> bytes(made.begin(), made.end());
  nlmsghdr header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  header.nlmsg_flags = flags;
  std::memcpy(bytes.data(), &header, sizeof(header));
  return channel_->Send(bytes);
}

Result<void> GenericClient::Exchange(MessageBuilder& request, Progress& progress) {
  VMCOREDD_TRY(DrainDump());
  const uint16_t flags = NLM_F_REQUEST | NLM_F_ACK | (progress.is_dump ? NLM_F_DUMP : 0);
  VMCOREDD_TRY(Send(request, flags));
  if (progress.is_dump) unfinished_dump_ = sequence_;
  std::optional<steady_clock::time_point> silent_since;
  while (!progress.ended) {
    const auto datagram = VMCOREDD_TRY(ReceiveAnswer(silent_since));
    progress.heard = false;
    auto walked =
        VisitMessages(datagram, 0, std::endian::native, [this, &progress](const Message& message) {
          Take(message, progress);
          return Result<void>();
        });
    if (progress.error) return tl::unexpected(*progress.error);
    if (!walked) return walked;
    if (progress.heard) silent_since.reset();
  }
  return {};
}

// Others' messages do not count as a sign of life. The clock is asked only where there is
// something to wait for: that is a system call on some machines, and a datagram is one.
Result<std::span<const std::byte>> GenericClient::ReceiveAnswer(
    std::optional<steady_clock::time_point>& silent_since) {
  const auto ready = VMCOREDD_TRY(channel_->Receive(std::chrono::milliseconds(0)));
  if (ready) return *ready;
  const auto now = steady_clock::now();
  if (!silent_since) silent_since = now;
  const auto left =
      timeout_ - std::chrono::duration_cast<std::chrono::milliseconds>(now - *silent_since);
  if (left.count() > 0) {
    const auto later = VMCOREDD_TRY(channel_->Receive(left));
    if (later) return *later;
  }
  return FailIo("no answer within " + std::to_string(timeout_.count()) + " ms", ETIMEDOUT);
}

void GenericClient::Take(const Message& message, Progress& progress) {
  const uint32_t port = channel_->port();
  if (progress.ended || message.sequence != sequence_ || (port != 0 && message.port != port)) {
    return;
  }
  progress.heard = true;
  if (progress.is_dump && (message.flags & NLM_F_DUMP_INTR) != 0) progress.interrupted = true;

  // Behind an error only the end is looked for: the datagram may hold it.
  Result<void> taken;
  if (message.type == NLMSG_ERROR || message.type == NLMSG_DONE) {
    taken = TakeEnd(message, progress);
  } else if (message.type == NLMSG_OVERRUN) {
    taken = FailIo("a part of the answer was lost", ENOBUFS);
  } else if (message.type == family_.id && !progress.error) {
    ++received_messages_;
    if (recorder_) recorder_(message);
    if (progress.visit) taken = progress.visit(message);
  }
  if (!taken && !progress.error) progress.error = taken.error();
}

Result<void> GenericClient::TakeEnd(const Message& message, Progress& progress) {
  // The messages of DIAGNOSE end with NLMSG_DONE, and then the request is acknowledged
  // (devlink_fmsg_snd()). The kernel never acknowledges a dump, whose end is NLMSG_DONE.
  const bool is_done = message.type == NLMSG_DONE;
  const auto answer = ReadAnswer(message);
  progress.ended = !answer || answer->error != 0 || progress.is_dump == is_done;
  if (progress.ended) unfinished_dump_.reset();
  if (!answer) return tl::unexpected(answer.error());
  if (answer->error != 0) return tl::unexpected(ErrorOf(*answer));
  return {};
}

Result<void> GenericClient::DrainDump() {
  while (unfinished_dump_) {
    const auto datagram = channel_->Receive(timeout_);
    if (!datagram && datagram.error().code() == ErrorCode::kTruncated) continue;
    if (!datagram) return tl::unexpected(datagram.error());
    if (!*datagram) {
      return FailIo("the dump that was given up does not end within " +
                        std::to_string(timeout_.count()) + " ms",
                    ETIMEDOUT);
    }
    // Of what is no message, nothing is wanted.
    (void)VisitMessages(**datagram, 0, std::endian::native, [this](const Message& message) {
      const bool is_end = message.type == NLMSG_DONE || message.type == NLMSG_ERROR;
      if (is_end && message.sequence == unfinished_dump_) unfinished_dump_.reset();
      return Result<void>();
    });
  }
  return {};
}

}  // namespace vmcoredd::devlink
