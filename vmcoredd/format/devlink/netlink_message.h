// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_DEVLINK_NETLINK_MESSAGE_H_
#define VMCOREDD_FORMAT_DEVLINK_NETLINK_MESSAGE_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/result.h"

// Netlink messages (include/uapi/linux/netlink.h) and generic netlink ones
// (include/uapi/linux/genetlink.h). What comes from a socket is in this machine's byte
// order, what comes from a file in that of the machine which captured it.

namespace vmcoredd::devlink {

// One attribute. Borrows the bytes of its message.
struct Attribute {
  uint16_t type = 0;  // without NLA_F_NESTED and NLA_F_NET_BYTEORDER
  std::span<const std::byte> bytes;
  uint64_t offset = 0;  // of the payload, in what was walked
  std::endian order = std::endian::native;

  // An integer of 1, 2, 4 or 8 bytes, whatever width was expected: "uint" attributes
  // have 4 or 8. Nothing for any other size.
  std::optional<uint64_t> ToUint() const;
  // Up to the first NUL, or the end. Raw bytes.
  std::string ToString() const;
};

// Visits the attributes in `bytes`, in order. `offset` is that of the first byte, for
// errors. kTruncated or kCorrupt at an attribute that does not fit, when those before it
// have been visited. Stops at the first error of `visit`.
using AttributeVisitor = std::function<Result<void>(const Attribute& attribute)>;
Result<void> VisitAttributes(std::span<const std::byte> bytes,
                             uint64_t offset,
                             std::endian order,
                             const AttributeVisitor& visit);

struct Message;

// The first attribute of each type in a message or nest.
class AttributeTable {
 public:
  static Result<AttributeTable> Read(const Message& message);  // of a generic message
  static Result<AttributeTable> Read(const Attribute& nest);
  const Attribute* Find(uint16_t type) const;
  std::optional<uint64_t> Uint(uint16_t type) const;
  std::optional<std::string> String(uint16_t type) const;
  bool Has(uint16_t type) const { return Find(type) != nullptr; }

 private:
  std::vector<Attribute> attributes_;
};

// One netlink message. Borrows the datagram.
struct Message {
  uint16_t type = 0;   // NLMSG_ERROR, NLMSG_DONE, or the family's number
  uint16_t flags = 0;  // NLM_F_*
  uint32_t sequence = 0;
  uint32_t port = 0;
  std::span<const std::byte> whole;    // with its header, without padding
  std::span<const std::byte> payload;  // behind the header
  uint64_t offset = 0;                 // of the payload
  std::endian order = std::endian::native;

  // Of a generic netlink message; nothing when it is too short for one.
  std::optional<uint8_t> command() const;
  std::span<const std::byte> attributes() const;  // behind genlmsghdr
  uint64_t attributes_offset() const;
};

// Visits the messages of a datagram, or of many one after the other, in order.
// `offset` is that of the first byte, for errors. Errors as VisitAttributes.
using MessageVisitor = std::function<Result<void>(const Message& message)>;
Result<void> VisitMessages(std::span<const std::byte> bytes,
                           uint64_t offset,
                           std::endian order,
                           const MessageVisitor& visit);

// The error number and the extended ack of an NLMSG_ERROR or NLMSG_DONE message
// (NLMSGERR_ATTR_* behind the header of the request; NLM_F_CAPPED, NLM_F_ACK_TLVS). A
// damaged extended ack costs the text, not the number. kInvalidArgument for other messages.
struct Answer {
  int error = 0;                             // errno value, 0: all well
  std::string text;                          // NLMSGERR_ATTR_MSG, raw; empty if there is none
  std::optional<uint32_t> attribute_offset;  // NLMSGERR_ATTR_OFFS
};
Result<Answer> ReadAnswer(const Message& message);

// Makes one message. Attributes are appended in order, nests closed in reverse order.
// Its size is bounded: Fits() says whether so many bytes of attributes still go in.
class MessageBuilder {
 public:
  // `capacity`: bytes the message may have.
  MessageBuilder(uint16_t type, uint16_t flags, uint32_t sequence, uint32_t port, size_t capacity);
  // The generic header: before any attribute.
  void PutGeneric(uint8_t command, uint8_t version);
  // false, and nothing is put, when it does not fit, and for text with a NUL inside.
  bool PutFlag(uint16_t type);
  bool PutU8(uint16_t type, uint8_t value);
  bool PutU16(uint16_t type, uint16_t value);
  bool PutU32(uint16_t type, uint32_t value);
  bool PutU64(uint16_t type, uint64_t value);
  bool PutString(uint16_t type, std::string_view text);  // with its NUL
  bool PutBytes(uint16_t type, std::span<const std::byte> bytes);
  bool BeginNest(uint16_t type);  // without NLA_F_NESTED, as devlink does
  void EndNest();
  void CancelNest();
  // Raw payload, for NLMSG_ERROR and NLMSG_DONE.
  bool PutRaw(std::span<const std::byte> bytes);

  bool Fits(size_t attribute_payload) const;
  void SetSequence(uint32_t sequence);
  std::span<const std::byte> bytes() const;

 private:
  std::vector<std::byte> buffer_;
  std::vector<size_t> nests_;  // offsets of open ones
  size_t capacity_;
};

}  // namespace vmcoredd::devlink

#endif  // VMCOREDD_FORMAT_DEVLINK_NETLINK_MESSAGE_H_
