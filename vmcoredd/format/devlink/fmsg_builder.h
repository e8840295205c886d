// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_DEVLINK_FMSG_BUILDER_H_
#define VMCOREDD_FORMAT_DEVLINK_FMSG_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/result.h"
#include "vmcoredd/format/devlink/attributes.h"
#include "vmcoredd/format/devlink/netlink_message.h"

namespace vmcoredd::devlink {

// Makes a formatted message with the operations that kernel drivers have
// (devlink_fmsg_*() in include/net/devlink.h), so that a reporter in user space produces
// the stream that one in the kernel would. Operations do not fail, where the kernel's do:
// Check() says at the end whether the kernel would have taken them, and whether the nesting
// is balanced, which the kernel does not check.
class FmsgBuilder {
 public:
  void BeginObject();
  void EndObject();
  void BeginPair(std::string_view name);
  void EndPair();
  void BeginArrayPair(std::string_view name);
  void EndArrayPair();
  void BeginBinaryPair(std::string_view name);
  void EndBinaryPair();

  void PutFlag(bool value);
  void PutU8(uint8_t value);
  void PutU32(uint32_t value);
  void PutU64(uint64_t value);
  void PutString(std::string_view text);
  // Inside of a binary pair. In pieces of at most kFmsgMaxValueBytes.
  void PutBinary(std::span<const std::byte> bytes);

  void FlagPair(std::string_view name, bool value);
  void U8Pair(std::string_view name, uint8_t value);
  void U32Pair(std::string_view name, uint32_t value);
  void U64Pair(std::string_view name, uint64_t value);
  void StringPair(std::string_view name, std::string_view text);
  void BinaryPair(std::string_view name, std::span<const std::byte> bytes);

  // kInvalidArgument for a name or text with a NUL inside, or one that is too long for a
  // token, binary data outside of a binary pair or something else inside, and unbalanced
  // nesting; kLimitExceeded above kMaxBytes: what came then is not there. Ask once, at the
  // end; the first fault is said.
  Result<void> Check() const;
  static constexpr uint64_t kMaxBytes = uint64_t{64} << 20;

  struct Token {
    uint16_t attribute;            // DEVLINK_ATTR_FMSG_*
    uint8_t type;                  // of values
    std::vector<std::byte> bytes;  // as sent: text with its NUL
  };
  const std::vector<Token>& tokens() const { return tokens_; }

 private:
  void Add(uint16_t attribute, uint8_t type, std::span<const std::byte> bytes);
  void AddNest(uint16_t attribute);
  void AddText(uint16_t attribute, uint8_t type, std::string_view text);
  void PutValue(FmsgType type, std::span<const std::byte> bytes);
  void Fault(ErrorCode code, std::string message);

  std::vector<Token> tokens_;
  std::optional<Error> fault_;
  uint64_t bytes_ = 0;
  int64_t depth_ = 0;
  bool in_binary_ = false;
};

// Puts tokens from `next` on into the DEVLINK_ATTR_FMSG nest of `message`, as many as fit,
// and moves `next`. A value type that fits while its value does not stays behind, dangling,
// and is repeated in the next message: as devlink_fmsg_prepare_skb() does. kLimitExceeded
// (EMSGSIZE) when not even one token fits.
Result<void> FillFmsg(const std::vector<FmsgBuilder::Token>& tokens,
                      size_t& next,
                      MessageBuilder& message);

}  // namespace vmcoredd::devlink

#endif  // VMCOREDD_FORMAT_DEVLINK_FMSG_BUILDER_H_
