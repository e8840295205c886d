// SPDX-License-Identifier: LGPL-2.1-or-later
// The first byte chooses the byte order; the rest are datagrams one after the other.
#include <linux/netlink.h>

#include <vector>

#include "tests/fuzz/fuzz_input.h"
#include "vmcoredd/format/devlink/netlink_message.h"

using namespace vmcoredd;
using namespace vmcoredd::devlink;

namespace {

bool Inside(std::span<const std::byte> part, std::span<const std::byte> whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void CheckError(const Error& error) {
  fuzz::Require(error.offset().has_value(), "an error of a walk has an offset");
  fuzz::RequirePrintable(error);
}

// Any attribute may be a nest.
void Walk(std::span<const std::byte> bytes, uint64_t offset, std::endian order, int depth) {
  uint64_t end = offset;
  const auto walked = VisitAttributes(bytes, offset, order, [&](const Attribute& attribute) {
    fuzz::Require(Inside(attribute.bytes, bytes), "an attribute lies in what is walked");
    fuzz::Require(attribute.offset >= end + NLA_HDRLEN, "attributes come in order");
    end = attribute.offset + attribute.bytes.size();
    fuzz::Require(end - offset <= bytes.size(), "an attribute ends in what is walked");
    fuzz::Require((attribute.type & (NLA_F_NESTED | NLA_F_NET_BYTEORDER)) == 0,
                  "a type has no flags");
    (void)attribute.ToUint();
    fuzz::Require(attribute.ToString().size() <= attribute.bytes.size(), "text is no longer");
    if (depth > 0) Walk(attribute.bytes, attribute.offset, attribute.order, depth - 1);
    return Result<void>();
  });
  if (!walked) CheckError(walked.error());
}

// What is read can be made again, and is read as the same.
void Remake(const Message& message, const std::vector<Attribute>& attributes) {
  MessageBuilder builder(message.type, message.flags, message.sequence, message.port,
                         message.whole.size() + 8);
  builder.PutGeneric(message.command().value_or(0), 1);
  for (const Attribute& attribute : attributes) {
    fuzz::Require(builder.PutBytes(attribute.type, attribute.bytes), "what was there fits again");
  }
  size_t next = 0;
  const auto again = VisitMessages(builder.bytes(), 0, std::endian::native, [&](const Message& m) {
    return VisitAttributes(m.attributes(), 0, m.order, [&](const Attribute& attribute) {
      fuzz::Require(next < attributes.size() && attribute.type == attributes[next].type &&
                        std::equal(attribute.bytes.begin(), attribute.bytes.end(),
                                   attributes[next].bytes.begin(), attributes[next].bytes.end()),
                    "attributes come back as they were put");
      ++next;
      return Result<void>();
    });
  });
  fuzz::Require(again && next == attributes.size(), "what the builder makes is whole");
}

void CheckMessage(const Message& message) {
  std::vector<Attribute> attributes;
  const auto walked = VisitAttributes(message.attributes(), message.attributes_offset(),
                                      message.order, [&](const Attribute& attribute) {
                                        attributes.push_back(attribute);
                                        return Result<void>();
                                      });
  Walk(message.attributes(), message.attributes_offset(), message.order, 3);

  const auto table = AttributeTable::Read(message);
  fuzz::Require(table.has_value() == walked.has_value(), "a table is read where a walk ends well");
  if (table) {
    for (const Attribute& attribute : attributes) {
      const Attribute* found = table->Find(attribute.type);
      fuzz::Require(found != nullptr && found->offset <= attribute.offset,
                    "a table has the first of each type");
    }
  }
  if (const auto answer = ReadAnswer(message)) {
    fuzz::Require(answer->error >= 0 && answer->error <= 4095, "an error number is one");
  } else {
    fuzz::RequirePrintable(answer.error());
  }
  if (message.order == std::endian::native) Remake(message, attributes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const fuzz::Input input(data + 1, size - 1);
  const std::endian order = (data[0] & 1) != 0 ? std::endian::big : std::endian::little;
  uint64_t end = 0;
  const auto visited = VisitMessages(input.bytes(), 0, order, [&](const Message& message) {
    fuzz::Require(Inside(message.whole, input.bytes()), "a message lies in its datagram");
    fuzz::Require(Inside(message.payload, message.whole), "a payload lies in its message");
    fuzz::Require(message.offset >= end + NLMSG_HDRLEN, "messages come in order");
    end = message.offset + message.payload.size();
    CheckMessage(message);
    return Result<void>();
  });
  if (!visited) CheckError(visited.error());
  return 0;
}
