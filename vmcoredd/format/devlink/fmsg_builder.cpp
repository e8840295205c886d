// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/devlink/fmsg_builder.h"

#include <algorithm>

#include "vmcoredd/base/text.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink {

namespace {

constexpr auto kNoType = uint8_t{0};

uint8_t Number(FmsgType type) { return static_cast<uint8_t>(type); }

template <typename T>
std::span<const std::byte> BytesOf(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

}  // namespace

void FmsgBuilder::Fault(ErrorCode code, std::string message) {
  if (!fault_) fault_ = Error(code, std::move(message));
}

void FmsgBuilder::Add(uint16_t attribute, uint8_t type, std::span<const std::byte> bytes) {
  const uint64_t cost = sizeof(Token) + bytes.size();
  if (bytes.size() > kFmsgMaxValueBytes) {
    return Fault(ErrorCode::kInvalidArgument, "formatted message: expected a name or value of " +
                                                  std::to_string(kFmsgMaxValueBytes) +
                                                  " bytes or less, found " +
                                                  std::to_string(bytes.size()));
  }
  if (cost > kMaxBytes - bytes_) {
    return Fault(ErrorCode::kLimitExceeded,
                 "formatted message: more than " + std::to_string(kMaxBytes) + " bytes");
  }
  bytes_ += cost;
  tokens_.push_back({attribute, type, {bytes.begin(), bytes.end()}});
}

void FmsgBuilder::AddNest(uint16_t attribute) {
  if (in_binary_) {
    Fault(ErrorCode::kInvalidArgument, "formatted message: a binary pair holds binary data only");
  }
  depth_ += attribute == DEVLINK_ATTR_FMSG_NEST_END ? -1 : 1;
  Add(attribute, kNoType, {});
}

void FmsgBuilder::AddText(uint16_t attribute, uint8_t type, std::string_view text) {
  if (in_binary_) {
    Fault(ErrorCode::kInvalidArgument, "formatted message: a binary pair holds binary data only");
  }
  if (text.find('\0') != std::string_view::npos) {
    Fault(ErrorCode::kInvalidArgument,
          "formatted message: a NUL inside of \"" + EscapeBytes(text.substr(0, 64)) + '"');
  }
  const std::string terminated(text);
  Add(attribute, type, std::as_bytes(std::span(terminated.c_str(), terminated.size() + 1)));
}

void FmsgBuilder::BeginObject() { AddNest(DEVLINK_ATTR_FMSG_OBJ_NEST_START); }
void FmsgBuilder::EndObject() { AddNest(DEVLINK_ATTR_FMSG_NEST_END); }
void FmsgBuilder::BeginPair(std::string_view name) {
  AddNest(DEVLINK_ATTR_FMSG_PAIR_NEST_START);
  AddText(DEVLINK_ATTR_FMSG_OBJ_NAME, kNoType, name);
}
void FmsgBuilder::EndPair() { AddNest(DEVLINK_ATTR_FMSG_NEST_END); }
void FmsgBuilder::BeginArrayPair(std::string_view name) {
  BeginPair(name);
  AddNest(DEVLINK_ATTR_FMSG_ARR_NEST_START);
}
void FmsgBuilder::EndArrayPair() {
  AddNest(DEVLINK_ATTR_FMSG_NEST_END);
  EndPair();
}
void FmsgBuilder::BeginBinaryPair(std::string_view name) {
  BeginArrayPair(name);
  in_binary_ = true;
}
void FmsgBuilder::EndBinaryPair() {
  if (!in_binary_) Fault(ErrorCode::kInvalidArgument, "formatted message: no binary pair to end");
  in_binary_ = false;
  EndArrayPair();
}

// Integers as they are in memory: the stream is in the byte order of the machine.
void FmsgBuilder::PutFlag(bool value) { PutValue(FmsgType::kFlag, BytesOf(uint8_t{value})); }
void FmsgBuilder::PutU8(uint8_t value) { PutValue(FmsgType::kU8, BytesOf(value)); }
void FmsgBuilder::PutU32(uint32_t value) { PutValue(FmsgType::kU32, BytesOf(value)); }
void FmsgBuilder::PutU64(uint64_t value) { PutValue(FmsgType::kU64, BytesOf(value)); }
void FmsgBuilder::PutString(std::string_view text) {
  AddText(DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, Number(FmsgType::kNulString), text);
}

void FmsgBuilder::PutValue(FmsgType type, std::span<const std::byte> bytes) {
  if (in_binary_) {
    Fault(ErrorCode::kInvalidArgument, "formatted message: a binary pair holds binary data only");
  }
  Add(DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, Number(type), bytes);
}

void FmsgBuilder::PutBinary(std::span<const std::byte> bytes) {
  if (!in_binary_) {
    Fault(ErrorCode::kInvalidArgument, "formatted message: binary data outside of a binary pair");
  }
  do {
    const auto piece = bytes.first(std::min(bytes.size(), kFmsgMaxValueBytes));
    Add(DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA, Number(FmsgType::kBinary), piece);
    bytes = bytes.subspan(piece.size());
  } while (!bytes.empty());
}

void FmsgBuilder::FlagPair(std::string_view name, bool value) {
  BeginPair(name);
  PutFlag(value);
  EndPair();
}
void FmsgBuilder::U8Pair(std::string_view name, uint8_t value) {
  BeginPair(name);
  PutU8(value);
  EndPair();
}
void FmsgBuilder::U32Pair(std::string_view name, uint32_t value) {
  BeginPair(name);
  PutU32(value);
  EndPair();
}
void FmsgBuilder::U64Pair(std::string_view name, uint64_t value) {
  BeginPair(name);
  PutU64(value);
  EndPair();
}
void FmsgBuilder::StringPair(std::string_view name, std::string_view text) {
  BeginPair(name);
  PutString(text);
  EndPair();
}
void FmsgBuilder::BinaryPair(std::string_view name, std::span<const std::byte> bytes) {
  BeginBinaryPair(name);
  if (!bytes.empty()) PutBinary(bytes);  // none for nothing: devlink_fmsg_binary_pair_put()
  EndBinaryPair();
}

Result<void> FmsgBuilder::Check() const {
  if (fault_) return tl::unexpected(*fault_);
  if (depth_ == 0 && !in_binary_) return {};
  return Fail(ErrorCode::kInvalidArgument,
              "formatted message: expected as many ends as beginnings, found " +
                  std::to_string(depth_ < 0 ? -depth_ : depth_) +
                  (depth_ < 0 ? " too many" : " too few"));
}

Result<void> FillFmsg(const std::vector<FmsgBuilder::Token>& tokens,
                      size_t& next,
                      MessageBuilder& message) {
  const size_t begin = next;
  if (!message.BeginNest(DEVLINK_ATTR_FMSG)) {
    return Fail(ErrorCode::kLimitExceeded, "formatted message: no room for DEVLINK_ATTR_FMSG");
  }
  for (; next < tokens.size(); ++next) {
    const FmsgBuilder::Token& token = tokens[next];
    // A type whose value does not fit stays where it is.
    if (token.attribute == DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA &&
        !message.PutU8(DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE, token.type)) {
      break;
    }
    if (!message.PutBytes(token.attribute, token.bytes)) break;
  }
  if (next == begin && begin < tokens.size()) {
    message.CancelNest();
    return Fail(ErrorCode::kLimitExceeded, "formatted message: no room for a token of " +
                                               std::to_string(tokens[next].bytes.size()) +
                                               " bytes");
  }
  message.EndNest();
  return {};
}

}  // namespace vmcoredd::devlink
