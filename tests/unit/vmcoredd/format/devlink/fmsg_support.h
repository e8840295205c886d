// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_VMCOREDD_FORMAT_DEVLINK_FMSG_SUPPORT_H_
#define TESTS_UNIT_VMCOREDD_FORMAT_DEVLINK_FMSG_SUPPORT_H_

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/vmcoredd/format/devlink/support.h"
#include "vmcoredd/format/devlink/fmsg.h"
#include "vmcoredd/format/devlink/fmsg_builder.h"
#include "vmcoredd/format/devlink/fmsg_tree.h"

namespace vmcoredd::devlink {

// Renders what a handler is told, and holds the parser to the contract of FmsgHandler.
//   {a:u8=1 b:[u32=1 "text"] c:<0102|03> d:bin=0102 e:type-9=ff}
class Recorder final : public FmsgHandler {
 public:
  Result<void> OnBeginObject() override;
  Result<void> OnBeginArray() override;
  Result<void> OnName(std::string_view name) override;
  Result<void> OnValue(const FmsgScalar& value, bool starts_message) override;
  Result<void> OnBeginBinary() override;
  Result<void> OnEnd() override;

  const std::string& text() const { return text_; }
  size_t values() const { return values_; }
  const std::vector<size_t>& starts() const { return starts_; }  // numbers of such values

  // What broke the contract; empty if nothing did.
  const std::string& broken() const { return broken_; }
  bool complete() const { return ended_; }

 private:
  void Require(bool holds, std::string_view what);
  void Place();

  std::string text_;
  std::string open_;  // '{', '[' or '<' of each level
  std::string broken_;
  bool first_ = true;  // of its level
  bool named_ = false;
  bool ended_ = false;
  size_t values_ = 0;
  std::vector<size_t> starts_;
};

// A stream of tokens by hand: any grammar, cut where Cut() says.
class TokenStream {
 public:
  TokenStream& Obj();
  TokenStream& Pair();
  TokenStream& Arr();
  TokenStream& End();
  TokenStream& Name(std::string_view name);
  TokenStream& Type(uint8_t type);
  TokenStream& Data(const Bytes& bytes);
  TokenStream& U8(uint8_t value);
  TokenStream& Bin(std::string_view bytes);
  TokenStream& Unknown(uint16_t type);
  TokenStream& Cut();
  // The datagrams, in a byte order.
  std::vector<Bytes> Build() const;

 private:
  struct Token {
    uint16_t attribute;
    Bytes bytes;
  };
  TokenStream& Put(uint16_t attribute, Bytes bytes = {});
  std::vector<std::vector<Token>> messages_ = {{}};
};

struct Parsed {
  Recorder events;
  std::vector<std::string> repairs;  // names
  std::vector<FmsgRepair> details;
};
// Parses messages; an error fails the test.
Parsed Parse(const std::vector<Message>& messages);
Parsed Parse(const std::vector<Bytes>& datagrams);

// The messages into which the kernel would cut `tokens`, with room for `first` bytes in the
// first one and `others` in the others.
std::vector<Bytes> Fill(const std::vector<FmsgBuilder::Token>& tokens, size_t first, size_t others);

FmsgNode ReadTree(const std::vector<Message>& messages);
const FmsgNode* FindChild(const FmsgNode& object, std::string_view name);

// The messages of a recording that hold formatted messages.
std::vector<Message> FmsgMessages(std::span<const std::byte> recording);

// devlink's family in the recordings.
inline constexpr uint16_t kFamily = 20;

}  // namespace vmcoredd::devlink

#endif  // TESTS_UNIT_VMCOREDD_FORMAT_DEVLINK_FMSG_SUPPORT_H_
