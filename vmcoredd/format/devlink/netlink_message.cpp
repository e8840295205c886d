// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/devlink/netlink_message.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <algorithm>

#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/endian.h"

namespace vmcoredd::devlink {

namespace {

constexpr size_t kHeaderBytes = NLMSG_HDRLEN;
constexpr size_t kGenericBytes = GENL_HDRLEN;
constexpr size_t kAttributeBytes = NLA_HDRLEN;
constexpr int32_t kMaxErrno = 4095;  // MAX_ERRNO in include/linux/err.h

// What follows a structure of `size` bytes: its padding may be missing at the end.
std::span<const std::byte> After(std::span<const std::byte> bytes, size_t size) {
  return bytes.subspan(std::min<size_t>(AlignUp(size, NLMSG_ALIGNTO), bytes.size()));
}

// "message: expected 52 bytes, found 20" and the like. A length that is too small for its
// own header is nonsense, one that passes the end may be a cut.
Result<void> CheckLength(
    std::string_view what, uint64_t length, uint64_t header, uint64_t space, uint64_t offset) {
  if (length < header) {
    return FailAt(ErrorCode::kCorrupt, offset,
                  std::string(what) + ": expected a length of " + std::to_string(header) +
                      " or more, found " + std::to_string(length));
  }
  if (length > space) {
    return FailAt(ErrorCode::kTruncated, offset,
                  std::string(what) + ": expected " + std::to_string(length) + " bytes, found " +
                      std::to_string(space));
  }
  return {};
}

Result<void> CheckHeader(std::string_view what, uint64_t header, uint64_t space, uint64_t offset) {
  if (space >= header) return {};
  return FailAt(ErrorCode::kTruncated, offset,
                std::string(what) + " header: expected " + std::to_string(header) +
                    " bytes, found " + std::to_string(space));
}

}  // namespace

std::optional<uint64_t> Attribute::ToUint() const {
  switch (bytes.size()) {
    case 1: return LoadInt<uint8_t>(bytes.data(), order);
    case 2: return LoadInt<uint16_t>(bytes.data(), order);
    case 4: return LoadInt<uint32_t>(bytes.data(), order);
    case 8: return LoadInt<uint64_t>(bytes.data(), order);
    default: return std::nullopt;
  }
}

std::string Attribute::ToString() const {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return std::string(text.substr(0, text.find('\0')));
}

Result<void> VisitAttributes(std::span<const std::byte> bytes,
                             uint64_t offset,
                             std::endian order,
                             const AttributeVisitor& visit) {
  const size_t all = bytes.size();
  while (!bytes.empty()) {
    const uint64_t at = offset + (all - bytes.size());
    VMCOREDD_TRY(CheckHeader("attribute", kAttributeBytes, bytes.size(), at));
    const auto length = LoadInt<uint16_t>(bytes.data(), order);
    const auto type = LoadInt<uint16_t>(bytes.data() + 2, order);
    // Looked at first: the text for an error would cost more than all the rest.
    if (length < kAttributeBytes || length > bytes.size()) {
      VMCOREDD_TRY(CheckLength("attribute " + std::to_string(type & NLA_TYPE_MASK), length,
                               kAttributeBytes, bytes.size(), at));
    }
    Attribute attribute;
    attribute.type = type & NLA_TYPE_MASK;
    attribute.bytes = bytes.subspan(kAttributeBytes, length - kAttributeBytes);
    attribute.offset = at + kAttributeBytes;
    attribute.order = (type & NLA_F_NET_BYTEORDER) != 0 ? std::endian::big : order;
    VMCOREDD_TRY(visit(attribute));
    bytes = After(bytes, length);
  }
  return {};
}

namespace {

// Sorted by type; the first of each.
Result<std::vector<Attribute>> ReadTable(std::span<const std::byte> bytes,
                                         uint64_t offset,
                                         std::endian order) {
  std::vector<Attribute> all;
  VMCOREDD_TRY(VisitAttributes(bytes, offset, order, [&](const Attribute& attribute) {
    all.push_back(attribute);
    return Result<void>();
  }));
  std::stable_sort(all.begin(), all.end(),
                   [](const Attribute& a, const Attribute& b) { return a.type < b.type; });
  const auto end = std::unique(all.begin(), all.end(), [](const Attribute& a, const Attribute& b) {
    return a.type == b.type;
  });
  all.erase(end, all.end());
  return all;
}

}  // namespace

Result<AttributeTable> AttributeTable::Read(const Message& message) {
  AttributeTable table;
  table.attributes_ =
      VMCOREDD_TRY(ReadTable(message.attributes(), message.attributes_offset(), message.order));
  return table;
}

Result<AttributeTable> AttributeTable::Read(const Attribute& nest) {
  AttributeTable table;
  table.attributes_ = VMCOREDD_TRY(ReadTable(nest.bytes, nest.offset, nest.order));
  return table;
}

const Attribute* AttributeTable::Find(uint16_t type) const {
  const auto found =
      std::lower_bound(attributes_.begin(), attributes_.end(), type,
                       [](const Attribute& attribute, uint16_t t) { return attribute.type < t; });
  return found != attributes_.end() && found->type == type ? &*found : nullptr;
}

std::optional<uint64_t> AttributeTable::Uint(uint16_t type) const {
  const Attribute* found = Find(type);
  return found != nullptr ? found->ToUint() : std::nullopt;
}

std::optional<std::string> AttributeTable::String(uint16_t type) const {
  const Attribute* found = Find(type);
  if (found == nullptr) return std::nullopt;
  return found->ToString();
}

std::optional<uint8_t> Message::command() const {
  if (payload.size() < kGenericBytes) return std::nullopt;
  return std::to_integer<uint8_t>(payload[0]);
}

std::span<const std::byte> Message::attributes() const { return After(payload, kGenericBytes); }

uint64_t Message::attributes_offset() const {
  return offset + (payload.size() - attributes().size());
}

Result<void> VisitMessages(std::span<const std::byte> bytes,
                           uint64_t offset,
                           std::endian order,
                           const MessageVisitor& visit) {
  const size_t all = bytes.size();
  while (!bytes.empty()) {
    const uint64_t at = offset + (all - bytes.size());
    VMCOREDD_TRY(CheckHeader("message", kHeaderBytes, bytes.size(), at));
    const auto length = LoadInt<uint32_t>(bytes.data(), order);
    VMCOREDD_TRY(CheckLength("message", length, kHeaderBytes, bytes.size(), at));
    Message message;
    message.type = LoadInt<uint16_t>(bytes.data() + 4, order);
    message.flags = LoadInt<uint16_t>(bytes.data() + 6, order);
    message.sequence = LoadInt<uint32_t>(bytes.data() + 8, order);
    message.port = LoadInt<uint32_t>(bytes.data() + 12, order);
    message.whole = bytes.first(length);
    message.payload = message.whole.subspan(kHeaderBytes);
    message.offset = at + kHeaderBytes;
    message.order = order;
    VMCOREDD_TRY(visit(message));
    bytes = After(bytes, length);
  }
  return {};
}

Result<Answer> ReadAnswer(const Message& message) {
  if (message.type != NLMSG_ERROR && message.type != NLMSG_DONE) {
    return Fail(ErrorCode::kInvalidArgument,
                "expected a message of type NLMSG_ERROR or NLMSG_DONE, found type " +
                    std::to_string(message.type));
  }
  Answer answer;
  // The kernel ends the multi-part answer of a "do" without any payload
  // (devlink_fmsg_snd()), and a dump with an error number (netlink_dump_done()).
  if (message.type == NLMSG_DONE && message.payload.empty()) return answer;
  const bool is_error = message.type == NLMSG_ERROR;
  size_t acks = is_error ? sizeof(int32_t) + kHeaderBytes : sizeof(int32_t);
  if (message.payload.size() < acks) {
    return FailAt(ErrorCode::kTruncated, message.offset,
                  "answer: expected " + std::to_string(acks) + " bytes, found " +
                      std::to_string(message.payload.size()));
  }
  const auto number = LoadInt<int32_t>(message.payload.data(), message.order);
  if (number > 0 || number < -kMaxErrno) {
    return FailAt(ErrorCode::kCorrupt, message.offset,
                  "answer: expected 0 or a negative error number, found " + std::to_string(number));
  }
  answer.error = -number;

  if ((message.flags & NLM_F_ACK_TLVS) == 0) return answer;
  if (is_error && (message.flags & NLM_F_CAPPED) == 0) {
    // The whole request stands there, with its header.
    const uint64_t request =
        LoadInt<uint32_t>(message.payload.data() + sizeof(int32_t), message.order);
    const uint64_t end = sizeof(int32_t) + std::max<uint64_t>(request, kHeaderBytes);
    if (end > message.payload.size()) return answer;
    acks = static_cast<size_t>(end);
  }
  const auto rest = After(message.payload, acks);
  const uint64_t rest_offset = message.offset + (message.payload.size() - rest.size());
  // A damaged explanation does not cost the number.
  (void)VisitAttributes(rest, rest_offset, message.order, [&](const Attribute& attribute) {
    if (attribute.type == NLMSGERR_ATTR_MSG && answer.text.empty()) {
      answer.text = attribute.ToString();
    } else if (attribute.type == NLMSGERR_ATTR_OFFS && attribute.bytes.size() == sizeof(uint32_t)) {
      answer.attribute_offset = LoadInt<uint32_t>(attribute.bytes.data(), attribute.order);
    }
    return Result<void>();
  });
  return answer;
}

}  // namespace vmcoredd::devlink
