// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/vmcoredd/format/devlink/fmsg_support.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include "vmcoredd/base/text.h"

namespace vmcoredd::devlink {

void Recorder::Require(bool holds, std::string_view what) {
  if (!holds && broken_.empty()) broken_ = std::string(what) + " after " + text_;
}

void Recorder::Place() {
  Require(!ended_, "something after the end");
  const bool in_object = !open_.empty() && open_.back() == '{';
  Require(in_object == named_, in_object ? "no name in an object" : "a name outside of one");
  if (!named_ && !first_) text_ += !open_.empty() && open_.back() == '<' ? '|' : ' ';
  named_ = false;
  first_ = false;
}

Result<void> Recorder::OnBeginObject() {
  Require(open_.empty() || open_.back() != '<', "an object in binary data");
  if (!open_.empty()) {
    Place();
  } else {
    Require(!ended_ && text_.empty(), "a second root");
  }
  text_ += '{';
  open_ += '{';
  first_ = true;
  return {};
}

Result<void> Recorder::OnBeginArray() {
  Require(!open_.empty() && open_.back() != '<', "an array in binary data, or as root");
  Place();
  text_ += '[';
  open_ += '[';
  first_ = true;
  return {};
}

Result<void> Recorder::OnBeginBinary() {
  Require(!open_.empty() && open_.back() != '<', "binary data in binary data, or as root");
  Place();
  text_ += '<';
  open_ += '<';
  first_ = true;
  return {};
}

Result<void> Recorder::OnName(std::string_view name) {
  Require(!open_.empty() && open_.back() == '{' && !named_, "a name outside of an object");
  if (!first_) text_ += ' ';
  first_ = false;
  text_ += EscapeBytes(name);
  text_ += ':';
  named_ = true;
  return {};
}

Result<void> Recorder::OnValue(const FmsgScalar& value, bool starts_message) {
  if (starts_message) starts_.push_back(values_);
  ++values_;
  Require(!open_.empty(), "a value as root");
  const bool in_binary = !open_.empty() && open_.back() == '<';
  Place();
  const auto number = value.ToUint();
  switch (static_cast<FmsgType>(value.type)) {
    case FmsgType::kU8: text_ += "u8="; break;
    case FmsgType::kU16: text_ += "u16="; break;
    case FmsgType::kU32: text_ += "u32="; break;
    case FmsgType::kU64: text_ += "u64="; break;
    case FmsgType::kFlag: text_ += "flag="; break;
    case FmsgType::kString:
    case FmsgType::kNulString: text_ += '"' + EscapeBytes(value.ToText()) + '"'; return {};
    case FmsgType::kBinary:
      if (!in_binary) text_ += "bin=";
      text_ += ToHex(value.bytes);
      return {};
    default: text_ += "type-" + std::to_string(value.type) + '='; break;
  }
  Require(!in_binary, "another value in binary data");
  text_ += number ? std::to_string(*number) : '?' + ToHex(value.bytes);
  return {};
}

Result<void> Recorder::OnEnd() {
  Require(!open_.empty() && !named_, "an end without a begin");
  if (open_.empty()) return {};
  text_ += open_.back() == '{' ? '}' : open_.back() == '[' ? ']' : '>';
  open_.pop_back();
  first_ = false;
  ended_ = open_.empty();
  return {};
}

TokenStream& TokenStream::Put(uint16_t attribute, Bytes bytes) {
  messages_.back().push_back({attribute, std::move(bytes)});
  return *this;
}
TokenStream& TokenStream::Obj() { return Put(DEVLINK_ATTR_FMSG_OBJ_NEST_START); }
TokenStream& TokenStream::Pair() { return Put(DEVLINK_ATTR_FMSG_PAIR_NEST_START); }
TokenStream& TokenStream::Arr() { return Put(DEVLINK_ATTR_FMSG_ARR_NEST_START); }
TokenStream& TokenStream::End() { return Put(DEVLINK_ATTR_FMSG_NEST_END); }
TokenStream& TokenStream::Name(std::string_view name) {
  Bytes bytes = ToBytes(name);
  bytes.push_back(std::byte{0});
  return Put(DEVLINK_ATTR_FMSG_OBJ_NAME, std::move(bytes));
}
TokenStream& TokenStream::Type(uint8_t type) {
  return Put(DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE, {std::byte{type}});
}
TokenStream& TokenStream::Data(const Bytes& bytes) {
  return Put(DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, bytes);
}
TokenStream& TokenStream::U8(uint8_t value) { return Type(1).Data({std::byte{value}}); }
TokenStream& TokenStream::Bin(std::string_view bytes) { return Type(11).Data(ToBytes(bytes)); }
TokenStream& TokenStream::Unknown(uint16_t type) { return Put(type, Bytes(6)); }
TokenStream& TokenStream::Cut() {
  messages_.emplace_back();
  return *this;
}

std::vector<Bytes> TokenStream::Build() const {
  std::vector<Bytes> datagrams;
  for (const auto& tokens : messages_) {
    MessageBuilder message(kFamily, NLM_F_MULTI, 0, 0, 60000);
    message.PutGeneric(DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, 1);
    message.BeginNest(DEVLINK_ATTR_FMSG);
    for (const Token& token : tokens) EXPECT_TRUE(message.PutBytes(token.attribute, token.bytes));
    message.EndNest();
    datagrams.emplace_back(message.bytes().begin(), message.bytes().end());
  }
  return datagrams;
}

Parsed Parse(const std::vector<Message>& messages) {
  Parsed parsed;
  FmsgParser parser(parsed.events);
  for (const Message& message : messages) {
    const auto fed = parser.Feed(message);
    EXPECT_TRUE(fed) << fed.error().ToString();
  }
  EXPECT_TRUE(parser.Finish());
  EXPECT_EQ(parsed.events.broken(), "");
  EXPECT_TRUE(parsed.events.complete());
  EXPECT_EQ(parser.message_count(), messages.size());
  EXPECT_EQ(parser.repairs().size(), std::min<uint64_t>(parser.repair_count(), 64));
  for (const FmsgRepair& repair : parser.repairs()) {
    parsed.repairs.emplace_back(FmsgRepairName(repair.kind));
    parsed.details.push_back(repair);
    EXPECT_EQ(repair.text, UnescapeBytes(EscapeBytes(repair.text)));
    for (const char c : repair.text) EXPECT_TRUE(c >= ' ' && c <= '~') << repair.text;
  }
  return parsed;
}

Parsed Parse(const std::vector<Bytes>& datagrams) {
  std::vector<Message> messages;
  for (const Bytes& datagram : datagrams) {
    for (const Message& message : Messages(datagram)) messages.push_back(message);
  }
  EXPECT_EQ(messages.size(), datagrams.size());
  return Parse(messages);
}

std::vector<Bytes> Fill(const std::vector<FmsgBuilder::Token>& tokens,
                        size_t first,
                        size_t others) {
  std::vector<Bytes> datagrams;
  size_t next = 0;
  do {
    MessageBuilder message(kFamily, NLM_F_MULTI, 0, 0, datagrams.empty() ? first : others);
    message.PutGeneric(DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, 1);
    const auto filled = FillFmsg(tokens, next, message);
    EXPECT_TRUE(filled) << filled.error().ToString();
    if (!filled) break;
    datagrams.emplace_back(message.bytes().begin(), message.bytes().end());
  } while (next < tokens.size());
  return datagrams;
}

FmsgNode ReadTree(const std::vector<Message>& messages) {
  FmsgTreeBuilder builder;
  FmsgParser parser(builder);
  for (const Message& message : messages) EXPECT_TRUE(parser.Feed(message));
  EXPECT_TRUE(parser.Finish());
  return builder.root();
}

const FmsgNode* FindChild(const FmsgNode& object, std::string_view name) {
  for (const FmsgNode& child : object.children) {
    if (child.name == name) return &child;
  }
  return nullptr;
}

std::vector<Message> FmsgMessages(std::span<const std::byte> recording) {
  std::vector<Message> messages;
  for (const Message& message : Messages(recording)) {
    if (message.type == kFamily) messages.push_back(message);
  }
  return messages;
}

}  // namespace vmcoredd::devlink
