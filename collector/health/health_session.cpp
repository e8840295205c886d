// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_session.h"

#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "collector/health/health_request.h"
#include "vmcoredd/base/checked_math.h"

// How requests are told apart and refused: netlink_rcv_skb(), genl_rcv_msg(),
// devlink_nl_pre_doit() and the *_doit() of net/devlink/health.c.

namespace vmcoredd {

namespace {

using devlink::AttributeTable;
using devlink::Message;

bool IsDump(const Message& message) { return (message.flags & NLM_F_DUMP) == NLM_F_DUMP; }

HealthAddress AddressOf(const Message& message) { return {message.sequence, message.port}; }

void Append(HealthDatagram& datagram, const devlink::MessageBuilder& message) {
  const std::span<const std::byte> bytes = message.bytes();
  datagram.resize(AlignUp(datagram.size(), NLMSG_ALIGNTO));
  datagram.insert(datagram.end(), bytes.begin(), bytes.end());
}

// Calls with the message in `bytes`, if it is whole.
template <typename Visitor>
void WithMessage(std::span<const std::byte> bytes, const Visitor& visit) {
  static_cast<void>(devlink::VisitMessages(bytes, 0, std::endian::native,
                                           [&](const Message& message) -> Result<void> {
                                             visit(message);
                                             return {};
                                           }));
}

}  // namespace

void HealthSession::Take(std::span<const std::byte> datagram) {
  request_.assign(datagram.begin(), datagram.end());
  used_ = 0;
}

std::optional<HealthDatagram> HealthSession::Next() {
  for (;;) {
    if (!notifications_.empty()) {
      HealthDatagram datagram = std::move(notifications_.front());
      notifications_.pop_front();
      return datagram;
    }
    if (std::exchange(has_lost_, false)) {
      return DatagramOf(devlink::MessageBuilder(NLMSG_OVERRUN, 0, 0, 0, sizeof(nlmsghdr)));
    }
    if (!ready_.empty()) {
      HealthDatagram datagram = std::move(ready_.front());
      ready_.pop_front();
      return datagram;
    }
    if (answer_) {
      std::optional<HealthDatagram> datagram = NextOfAnswer();
      if (datagram || answer_) return datagram;
      continue;
    }
    if (request_.empty()) return std::nullopt;
    ProcessNext();
  }
}

void HealthSession::Notify(const HealthDatagram& notification) {
  if (!has_joined_) return;
  if (notifications_.size() == kMaxNotifications) {
    has_lost_ = true;
  } else {
    notifications_.push_back(notification);
  }
}

// One message of the datagram. What is no message ends it, as in the kernel.
void HealthSession::ProcessNext() {
  const std::span<const std::byte> left = std::span(request_).subspan(used_);
  nlmsghdr header = {};
  if (left.size() >= sizeof header) std::memcpy(&header, left.data(), sizeof header);
  if (header.nlmsg_len < sizeof header || header.nlmsg_len > left.size()) {
    request_.clear();
    used_ = 0;
    return;
  }
  used_ = std::min<size_t>(request_.size(), used_ + AlignUp(header.nlmsg_len, NLMSG_ALIGNTO));
  const std::span<const std::byte> whole = left.first(header.nlmsg_len);
  WithMessage(whole, [this](const Message& message) { Process(message); });
}

void HealthSession::Process(const Message& message) {
  std::string text;
  int error = 0;
  if ((message.flags & NLM_F_REQUEST) != 0) {
    if (message.type == devlink::kMessageJoinGroup) {
      error = Join(message);
    } else if (message.type >= NLMSG_MIN_TYPE) {
      error = Handle(message, text);
    }
  }
  if (answer_) return;  // which says by itself how it ends
  if (error != 0 || (message.flags & NLM_F_ACK) != 0) {
    ready_.push_back(DatagramOf(ErrorMessage(message, error, text, AddressOf(message))));
  }
}

int HealthSession::Handle(const Message& message, std::string& text) {
  const std::optional<uint8_t> command = message.command();
  if (message.type != GENL_ID_CTRL && message.type != kHealthFamily) return ENOENT;
  if (!command) return EINVAL;
  return message.type == GENL_ID_CTRL ? HandleControl(message) : HandleDevlink(message, text);
}

int HealthSession::HandleControl(const Message& message) {
  if (*message.command() != CTRL_CMD_GETFAMILY) return EOPNOTSUPP;
  const HealthAddress to = AddressOf(message);
  if (IsDump(message)) {
    StartAnswer(CTRL_CMD_GETFAMILY, message);
    return 0;
  }
  const Result<AttributeTable> attributes = AttributeTable::Read(message);
  if (!attributes) return EINVAL;
  const std::optional<uint64_t> id = attributes->Uint(CTRL_ATTR_FAMILY_ID);
  const std::optional<std::string> name = attributes->String(CTRL_ATTR_FAMILY_NAME);
  if (!id && !name) return EINVAL;
  if ((id && *id != kHealthFamily) || (name && *name != DEVLINK_GENL_NAME)) return ENOENT;
  ready_.push_back(DatagramOf(FamilyMessage(0, to)));
  return 0;
}

int HealthSession::Join(const Message& message) {
  uint32_t group = 0;
  if (message.payload.size() != sizeof group) return EINVAL;
  std::memcpy(&group, message.payload.data(), sizeof group);
  if (group != kHealthConfigGroup) return EINVAL;
  has_joined_ = true;
  return 0;
}

int HealthSession::HandleDevlink(const Message& message, std::string& text) {
  const HealthOperation* const operation = FindHealthOperation(*message.command());
  const bool is_dump = IsDump(message);
  if (!operation || !(is_dump ? operation->has_dump : operation->has_do)) return EOPNOTSUPP;
  if (operation->is_privileged && !is_privileged_) return EPERM;
  const Result<AttributeTable> attributes = AttributeTable::Read(message);
  if (!attributes) return EINVAL;
  if (is_dump) {
    StartAnswer(operation->command, message);
    return 0;
  }
  const HealthDevice* device = nullptr;
  if (const int error = FindRequestedDevice(devices_, *attributes, device); error != 0)
    return error;
  const HealthAddress to = AddressOf(message);
  switch (operation->command) {
    case DEVLINK_CMD_GET: ready_.push_back(DatagramOf(DeviceMessage(*device, 0, to))); return 0;
    case DEVLINK_CMD_INFO_GET:
      if (!device->info) return EOPNOTSUPP;
      ready_.push_back(DatagramOf(InfoMessage(*device, 0, to)));
      return 0;
    case DEVLINK_CMD_PORT_GET: return ENODEV;  // there are none
    case DEVLINK_CMD_PARAM_GET:
    case DEVLINK_CMD_REGION_GET: return EINVAL;
    default: break;
  }
  const std::shared_ptr<HealthReporter> reporter =
      FindRequestedReporter(devices_, *device, *attributes);
  return reporter ? DoReporter(message, reporter, *attributes, text) : EINVAL;
}

int HealthSession::DoReporter(const Message& message,
                              const std::shared_ptr<HealthReporter>& reporter,
                              const AttributeTable& attributes,
                              std::string& text) {
  const uint8_t command = *message.command();
  int error = 0;
  switch (command) {
    case DEVLINK_CMD_HEALTH_REPORTER_GET:
      ready_.push_back(DatagramOf(ReporterMessage(*reporter, command, 0, AddressOf(message))));
      return 0;
    case DEVLINK_CMD_HEALTH_REPORTER_SET: {
      ParameterChange change;
      error = ReadParameterChange(attributes, change);
      return error != 0 ? error : reporter->Set(change, text);
    }
    case DEVLINK_CMD_HEALTH_REPORTER_RECOVER:
      error = reporter->Recover(text);
      if (error != kRecoveryStarted) return error;
      StartAnswer(command, message);
      answer_->reporter = reporter;
      return 0;
    case DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE: {
      std::vector<devlink::FmsgBuilder::Token> tokens;
      error = reporter->Diagnose(tokens, text);
      if (error != 0) return error;
      StartAnswer(command, message);
      answer_->tokens = std::move(tokens);
      return 0;
    }
    case DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR: return reporter->DumpClear();
    case DEVLINK_CMD_HEALTH_REPORTER_TEST: return reporter->Test(text);
    default: return EOPNOTSUPP;
  }
}

HealthSession::Answer::Answer() = default;

void HealthSession::StartAnswer(uint8_t command, const Message& message) {
  answer_.emplace();
  answer_->command = command;
  answer_->request.assign(message.whole.begin(), message.whole.end());
}

// What is under way; without a datagram it waits, or, when there is no answer any more, it
// is over.
std::optional<HealthDatagram> HealthSession::NextOfAnswer() {
  std::optional<HealthDatagram> datagram;
  const HealthDatagram request = answer_->request;
  WithMessage(request, [&](const Message& message) {
    const bool is_devlink = message.type == kHealthFamily;
    const uint8_t command = answer_->command;
    if (is_devlink && command == DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET) {
      datagram = NextOfDump(message);
    } else if (is_devlink && command == DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE) {
      datagram = NextOfDiagnosis(message);
    } else if (is_devlink && command == DEVLINK_CMD_HEALTH_REPORTER_RECOVER) {
      datagram = EndOfRecovery(message);
    } else {
      datagram = NextOfList(message);
    }
  });
  return datagram;
}

// Devices or reporters, several messages in a datagram.
std::optional<HealthDatagram> HealthSession::NextOfList(const Message& request) {
  const HealthAddress to = AddressOf(request);
  HealthDatagram datagram;
  size_t position = 0;
  bool is_full = false;
  const auto put = [&](const devlink::MessageBuilder& message) {
    if (is_full || position++ < answer_->sent) return;
    is_full = AlignUp(datagram.size(), NLMSG_ALIGNTO) + message.bytes().size() > kHealthDumpBytes;
    if (is_full) return;
    Append(datagram, message);
    ++answer_->sent;
  };
  const HealthDevice* only = nullptr;
  std::optional<uint32_t> only_port;
  uint16_t flags = NLM_F_MULTI;
  if (request.type == kHealthFamily) {
    const Result<AttributeTable> attributes = AttributeTable::Read(request);
    if (attributes &&
        (attributes->Has(DEVLINK_ATTR_BUS_NAME) || attributes->Has(DEVLINK_ATTR_DEV_NAME))) {
      if (const int error = FindRequestedDevice(devices_, *attributes, only); error != 0) {
        answer_.reset();
        return DatagramOf(DoneMessage(error, {}, to));
      }
      only_port = RequestedPort(*attributes);
      flags |= NLM_F_DUMP_FILTERED;
    }
    for (const auto& device : devices_.all()) {
      if (only && device.get() != only) continue;
      if (answer_->command == DEVLINK_CMD_GET) put(DeviceMessage(*device, flags, to));
      if (answer_->command == DEVLINK_CMD_INFO_GET && device->info) {
        put(InfoMessage(*device, flags, to));
      }
      if (answer_->command != DEVLINK_CMD_HEALTH_REPORTER_GET) continue;
      for (const auto& reporter : device->reporters) {
        if (only_port && reporter->name().port != only_port) continue;
        put(ReporterMessage(*reporter, answer_->command, flags, to));
      }
    }
  } else {
    put(FamilyMessage(flags, to));
  }
  if (!datagram.empty()) return datagram;
  answer_.reset();
  return DatagramOf(DoneMessage(0, {}, to));
}

std::optional<HealthDatagram> HealthSession::NextOfDump(const Message& request) {
  Answer& answer = *answer_;
  const HealthAddress to = AddressOf(request);
  std::string text;
  int error = 0;
  if (!answer.dump) {
    const Result<AttributeTable> attributes = AttributeTable::Read(request);
    const HealthDevice* device = nullptr;
    if (attributes && FindRequestedDevice(devices_, *attributes, device) == 0) {
      answer.reporter = FindRequestedReporter(devices_, *device, *attributes);
    }
    error = answer.reporter ? answer.reporter->DumpGet(answer.dump, text) : EINVAL;
  } else if (answer.dump != answer.reporter->record().dump) {
    error = EAGAIN;
    text = "Dump trampled, please retry";
  }
  if (error == 0 && answer.next_token < answer.dump->tokens.size()) {
    devlink::MessageBuilder message(kHealthFamily, NLM_F_MULTI | NLM_F_ACK, to.sequence, to.port,
                                    kHealthDumpBytes);
    message.PutGeneric(answer.command, kHealthFamilyVersion);
    if (devlink::FillFmsg(answer.dump->tokens, answer.next_token, message)) {
      return DatagramOf(message);
    }
    error = EMSGSIZE;
  }
  answer_.reset();
  return DatagramOf(DoneMessage(error, text, to));
}

std::optional<HealthDatagram> HealthSession::NextOfDiagnosis(const Message& request) {
  Answer& answer = *answer_;
  const HealthAddress to = AddressOf(request);
  if (answer.next_token < answer.tokens.size()) {
    devlink::MessageBuilder message(kHealthFamily, NLM_F_MULTI, to.sequence, to.port,
                                    kHealthAnswerBytes);
    message.PutGeneric(answer.command, kHealthFamilyVersion);
    if (devlink::FillFmsg(answer.tokens, answer.next_token, message)) return DatagramOf(message);
    // Some of it may have been sent: that is how the kernel does it.
    answer_.reset();
    return DatagramOf(ErrorMessage(request, EMSGSIZE, {}, to));
  }
  if (!std::exchange(answer.is_done, true)) {
    return DatagramOf(
        devlink::MessageBuilder(NLMSG_DONE, NLM_F_MULTI, to.sequence, to.port, sizeof(nlmsghdr)));
  }
  answer_.reset();
  if ((request.flags & NLM_F_ACK) == 0) return std::nullopt;
  return DatagramOf(ErrorMessage(request, 0, {}, to));
}

std::optional<HealthDatagram> HealthSession::EndOfRecovery(const Message& request) {
  const std::shared_ptr<HealthReporter> reporter = answer_->reporter;
  if (reporter->is_recovering()) return std::nullopt;
  answer_.reset();
  const int error = reporter->last_recovery_error();
  if (error == 0 && (request.flags & NLM_F_ACK) == 0) return std::nullopt;
  return DatagramOf(ErrorMessage(request, error, error != 0 ? reporter->last_recovery_text() : "",
                                 AddressOf(request)));
}

}  // namespace vmcoredd
