// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/support/devlink/recorded_channel.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <cstring>
#include <utility>

#include "vmcoredd/base/checked_math.h"

namespace vmcoredd::devlink {

namespace {

constexpr size_t kCapacity = 64 * 1024;
constexpr size_t kSequenceAt = 8;  // in struct nlmsghdr

// Of all messages that are whole, like VisitMessages().
void Address(std::vector<std::byte>& datagram, uint32_t sequence, uint32_t port) {
  size_t at = 0;
  while (datagram.size() - at >= NLMSG_HDRLEN) {
    uint32_t length = 0;
    std::memcpy(&length, &datagram[at], sizeof(length));
    std::memcpy(&datagram[at + kSequenceAt], &sequence, sizeof(sequence));
    std::memcpy(&datagram[at + kSequenceAt + 4], &port, sizeof(port));
    const uint64_t padded = AlignUp(length, NLMSG_ALIGNTO);
    if (length < NLMSG_HDRLEN || padded >= datagram.size() - at) return;
    at += static_cast<size_t>(padded);
  }
}

std::optional<Attribute> Find(std::span<const std::byte> attributes, uint16_t type) {
  std::optional<Attribute> found;
  (void)VisitAttributes(attributes, 0, std::endian::native, [&](const Attribute& attribute) {
    if (attribute.type == type && !found) found = attribute;
    return Result<void>();
  });
  return found;
}

std::vector<std::byte> EndMessage(
    uint16_t type, uint16_t flags, int error, const std::string& text, bool has_request) {
  MessageBuilder message(type, flags | (text.empty() ? 0 : NLM_F_ACK_TLVS), 0, 0, kCapacity);
  const int32_t number = -error;
  message.PutRaw(std::as_bytes(std::span(&number, 1)));
  const nlmsghdr request{NLMSG_HDRLEN, kRecordedFamily, NLM_F_REQUEST, 0, 0};
  if (has_request) message.PutRaw(std::as_bytes(std::span(&request, 1)));
  if (!text.empty()) message.PutString(NLMSGERR_ATTR_MSG, text);
  return ToVector(message);
}

}  // namespace

std::optional<uint64_t> Recording::Request::Uint(uint16_t attribute) const {
  const auto found = Find(attributes, attribute);
  return found ? found->ToUint() : std::nullopt;
}
std::optional<std::string> Recording::Request::String(uint16_t attribute) const {
  const auto found = Find(attributes, attribute);
  if (!found) return std::nullopt;
  return found->ToString();
}
bool Recording::Request::Has(uint16_t attribute) const {
  return Find(attributes, attribute).has_value();
}

void Recording::Answer(const std::vector<std::vector<std::byte>>& datagrams) {
  std::vector<RecordedEvent> events;
  events.reserve(datagrams.size());
  for (const auto& datagram : datagrams) events.push_back(Datagram(datagram));
  answers.push_back(std::move(events));
}

Result<void> RecordedChannel::Send(std::span<const std::byte> bytes) {
  return VisitMessages(bytes, 0, std::endian::native, [&](const Message& message) -> Result<void> {
    sequence_ = message.sequence;
    if (message.type == GENL_ID_CTRL && recording_->answers_family) {
      pending_.push_back(Datagram(FamilyAnswer(recording_->max_attribute)));
      pending_.push_back(Datagram(AckMessage()));
      return {};
    }
    Recording::Request request;
    request.type = message.type;
    request.flags = message.flags;
    request.command = message.command().value_or(0);
    request.version =
        message.payload.size() > 1 ? std::to_integer<uint8_t>(message.payload[1]) : uint8_t{0};
    request.sequence = message.sequence;
    request.attributes.assign(message.attributes().begin(), message.attributes().end());
    recording_->requests.push_back(std::move(request));
    if (recording_->answers.empty()) return {};
    auto events = std::move(recording_->answers.front());
    recording_->answers.pop_front();
    for (auto& event : events) pending_.push_back(std::move(event));
    return {};
  });
}

Result<std::optional<std::span<const std::byte>>> RecordedChannel::Receive(
    std::chrono::milliseconds timeout) {
  recording_->timeout = timeout;
  auto& events = pending_.empty() ? recording_->notifications : pending_;
  if (events.empty()) return std::nullopt;
  RecordedEvent event = std::move(events.front());
  events.pop_front();
  switch (event.kind) {
    case RecordedEvent::Kind::kSilence: return std::nullopt;
    case RecordedEvent::Kind::kFailure: return tl::unexpected(*event.error);
    case RecordedEvent::Kind::kAnswer: Address(event.datagram, sequence_, kRecordedPort); break;
    case RecordedEvent::Kind::kAsItIs: break;
  }
  buffer_ = std::vector<std::byte>(event.datagram.begin(), event.datagram.end());
  return std::span<const std::byte>(buffer_);
}

std::vector<std::byte> FamilyAnswer(uint32_t max_attribute) {
  MessageBuilder message(GENL_ID_CTRL, 0, 0, 0, kCapacity);
  message.PutGeneric(CTRL_CMD_NEWFAMILY, 2);
  message.PutString(CTRL_ATTR_FAMILY_NAME, "devlink");
  message.PutU16(CTRL_ATTR_FAMILY_ID, kRecordedFamily);
  message.PutU32(CTRL_ATTR_VERSION, 1);
  message.PutU32(CTRL_ATTR_HDRSIZE, 0);
  message.PutU32(CTRL_ATTR_MAXATTR, max_attribute);
  message.BeginNest(CTRL_ATTR_MCAST_GROUPS);
  for (const auto& [name, number] : std::initializer_list<std::pair<const char*, uint32_t>>{
           {"other", 3}, {"config", kRecordedGroup}}) {
    message.BeginNest(1);
    message.PutString(CTRL_ATTR_MCAST_GRP_NAME, name);
    message.PutU32(CTRL_ATTR_MCAST_GRP_ID, number);
    message.EndNest();
  }
  message.EndNest();
  return ToVector(message);
}

std::vector<std::byte> AckMessage(int error, const std::string& text) {
  return EndMessage(NLMSG_ERROR, NLM_F_CAPPED, error, text, /*has_request=*/true);
}

std::vector<std::byte> DoneMessage(int error, const std::string& text, uint16_t flags) {
  return EndMessage(NLMSG_DONE, NLM_F_MULTI | flags, error, text, /*has_request=*/false);
}

std::vector<std::byte> EmptyDoneMessage() {
  return ToVector(MessageBuilder(NLMSG_DONE, NLM_F_MULTI, 0, 0, kCapacity));
}

MessageBuilder NewMessage(uint8_t command, uint16_t flags) {
  MessageBuilder message(kRecordedFamily, flags, 0, 0, kCapacity);
  message.PutGeneric(command, 1);
  return message;
}

std::vector<std::byte> ToVector(const MessageBuilder& message) {
  return {message.bytes().begin(), message.bytes().end()};
}

std::vector<std::byte> Concatenate(const std::vector<std::vector<std::byte>>& parts) {
  std::vector<std::byte> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

RecordedEvent Datagram(std::vector<std::byte> bytes) {
  return {RecordedEvent::Kind::kAnswer, std::move(bytes), std::nullopt};
}
RecordedEvent Stray(std::vector<std::byte> bytes) {
  return {RecordedEvent::Kind::kAsItIs, std::move(bytes), std::nullopt};
}
RecordedEvent Silence() { return {RecordedEvent::Kind::kSilence, {}, std::nullopt}; }
RecordedEvent Failure(Error error) { return {RecordedEvent::Kind::kFailure, {}, std::move(error)}; }

}  // namespace vmcoredd::devlink
