// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/devlink/fmsg.h"

#include <linux/netlink.h>

#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::devlink {

namespace {

// A name as it is quoted in a repair.
std::string Quoted(std::string_view name) {
  constexpr size_t most_bytes = 48;
  const bool cut = name.size() > most_bytes;
  return '"' + EscapeBytes(name.substr(0, most_bytes)) + (cut ? "...\"" : "\"");
}

size_t SizeOfType(uint8_t type) {
  switch (static_cast<FmsgType>(type)) {
    case FmsgType::kU8:
    case FmsgType::kFlag: return 1;
    case FmsgType::kU16: return 2;
    case FmsgType::kU32: return 4;
    case FmsgType::kU64: return 8;
    default: return 0;
  }
}

}  // namespace

std::optional<uint64_t> FmsgScalar::ToUint() const {
  const size_t size = SizeOfType(type);
  if (size == 0 || size != bytes.size()) return std::nullopt;
  return Attribute{0, bytes, 0, order}.ToUint();
}

std::string_view FmsgScalar::ToText() const {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text.substr(0, text.find('\0'));
}

std::string_view FmsgRepairName(FmsgRepair::Kind kind) {
  switch (kind) {
    case FmsgRepair::Kind::kSurplusEnd: return "surplus-end";
    case FmsgRepair::Kind::kMissingEnd: return "missing-end";
    case FmsgRepair::Kind::kMissingBegin: return "missing-begin";
    case FmsgRepair::Kind::kPairsInPair: return "pairs-in-pair";
    case FmsgRepair::Kind::kPairInArray: return "pair-in-array";
    case FmsgRepair::Kind::kObjectInObject: return "object-in-object";
    case FmsgRepair::Kind::kNameless: return "nameless";
    case FmsgRepair::Kind::kSecondValue: return "second-value";
    case FmsgRepair::Kind::kMixedArray: return "mixed-array";
    case FmsgRepair::Kind::kEmptyPair: return "empty-pair";
    case FmsgRepair::Kind::kDanglingType: return "dangling-type";
    case FmsgRepair::Kind::kTypeless: return "typeless";
    case FmsgRepair::Kind::kTruncated: return "truncated";
  }
  return "unknown";
}

FmsgParser::FmsgParser(FmsgHandler& handler) : handler_(handler) {}

void FmsgParser::Repair(FmsgRepair::Kind kind, std::string text) {
  ++repair_count_;
  if (repairs_.size() >= kMaxRepairs) return;
  FmsgRepair repair{kind, message_, offset_ - message_start_, std::move(text)};
  repairs_.push_back(std::move(repair));
}

// -- messages -----------------------------------------------------------------------

Result<void> FmsgParser::Feed(const Message& message) {
  message_ = messages_++;
  message_start_ = message.offset - (message.whole.size() - message.payload.size());
  offset_ = message_start_;
  starts_message_ = true;
  type_is_old_ = true;

  const auto bytes = message.attributes();
  const uint64_t start = message.attributes_offset();
  std::optional<Error> refused;  // by us or the handler, not damage
  const auto visited = VisitAttributes(bytes, start, message.order, [&](const Attribute& nest) {
    if (nest.type != DEVLINK_ATTR_FMSG) return Result<void>();
    auto fed = FeedNest(nest.bytes, nest.offset, message.order);
    if (!fed) refused = fed.error();
    return fed;
  });
  if (!visited && !refused) {
    // A nest that passes the end of its message has tokens all the same.
    offset_ = visited.error().offset().value_or(start);
    const auto rest = bytes.subspan(static_cast<size_t>(offset_ - start));
    const bool is_nest =
        rest.size() >= NLA_HDRLEN && LoadInt<uint16_t>(rest.data(), message.order) > rest.size() &&
        (LoadInt<uint16_t>(rest.data() + 2, message.order) & NLA_TYPE_MASK) == DEVLINK_ATTR_FMSG;
    Repair(FmsgRepair::Kind::kTruncated, visited.error().message());
    if (is_nest) {
      auto fed = FeedNest(rest.subspan(NLA_HDRLEN), offset_ + NLA_HDRLEN, message.order);
      if (!fed) refused = fed.error();
    }
  }
  offset_ = message_start_ + message.whole.size();
  if (refused) return tl::unexpected(*std::move(refused));
  return {};
}

Result<void> FmsgParser::FeedNest(std::span<const std::byte> bytes,
                                  uint64_t offset,
                                  std::endian order) {
  bool refused = false;
  auto visited = VisitAttributes(bytes, offset, order, [&](const Attribute& token) {
    auto taken = TakeToken(token);
    refused = !taken;
    return taken;
  });
  if (visited || refused) return visited;
  offset_ = visited.error().offset().value_or(offset);
  Repair(FmsgRepair::Kind::kTruncated, visited.error().message());
  return {};
}

Result<void> FmsgParser::Finish() {
  if (type_) Repair(FmsgRepair::Kind::kDanglingType, "the stream ends with a value type");
  type_.reset();
  if (levels_.empty()) {
    VMCOREDD_TRY(BeginRoot());
    root_closed_ = true;
  }
  const size_t open = levels_.size() - (root_closed_ ? 1 : 0);
  if (open > 0) {
    Repair(FmsgRepair::Kind::kMissingEnd,
           "the stream ends inside of " + std::to_string(open) + " objects, pairs or arrays");
  }
  while (levels_.size() > 1) VMCOREDD_TRY(End());
  VMCOREDD_TRY(FlushName());
  return handler_.OnEnd();
}

// -- tokens -------------------------------------------------------------------------

Result<void> FmsgParser::TakeToken(const Attribute& token) {
  offset_ = token.offset - NLA_HDRLEN;
  const bool is_value = token.type == DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE ||
                        token.type == DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA;
  const bool is_token = token.type >= DEVLINK_ATTR_FMSG_OBJ_NEST_START &&
                        token.type <= DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA;
  if (!is_token) return {};
  if (token.type == DEVLINK_ATTR_FMSG_OBJ_VALUE_TYPE) return TakeType(token);
  if (!is_value && type_) {
    Repair(FmsgRepair::Kind::kDanglingType, "a value type without a value");
    type_.reset();
  }
  if (levels_.empty()) {
    VMCOREDD_TRY(BeginRoot());
    if (token.type == DEVLINK_ATTR_FMSG_OBJ_NEST_START) {
      starts_message_ = false;
      return {};
    }
    Repair(FmsgRepair::Kind::kMissingBegin, "the stream does not begin with an object");
  }
  if (token.type == DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA) return TakeValue(token);
  starts_message_ = false;
  switch (token.type) {
    case DEVLINK_ATTR_FMSG_OBJ_NEST_START: return BeginObject();
    case DEVLINK_ATTR_FMSG_PAIR_NEST_START: return BeginPair();
    case DEVLINK_ATTR_FMSG_ARR_NEST_START: return BeginArray();
    case DEVLINK_ATTR_FMSG_NEST_END: return End();
    default: return TakeName(token);
  }
}

Result<void> FmsgParser::TakeType(const Attribute& token) {
  // The kernel repeats the type that it left at the end of the message before.
  if (type_ && !type_is_old_) {
    Repair(FmsgRepair::Kind::kDanglingType, "a value type behind a value type");
  }
  type_.reset();
  if (token.bytes.size() == 1) type_ = std::to_integer<uint8_t>(token.bytes[0]);
  type_is_old_ = false;
  return {};
}

Result<void> FmsgParser::TakeValue(const Attribute& token) {
  if (!type_) {
    Repair(FmsgRepair::Kind::kTypeless, "a value without a type");
    type_ = static_cast<uint8_t>(FmsgType::kBinary);
  }
  const FmsgScalar value{*type_, token.bytes, token.order};
  type_.reset();
  const bool starts_message = starts_message_;
  starts_message_ = false;

  const bool is_binary = value.type == static_cast<uint8_t>(FmsgType::kBinary);
  Level& top = levels_.back();
  if (is_binary && top.kind == Level::Kind::kNewArray) {
    VMCOREDD_TRY(handler_.OnBeginBinary());
    top.kind = Level::Kind::kBinary;
  } else if (!is_binary || top.kind != Level::Kind::kBinary) {
    VMCOREDD_TRY(Place());
  }
  return handler_.OnValue(value, starts_message);
}

Result<void> FmsgParser::TakeName(const Attribute& token) {
  switch (levels_.back().kind) {
    case Level::Kind::kPair: break;
    case Level::Kind::kNewArray:
    case Level::Kind::kArray:
    case Level::Kind::kBinary: VMCOREDD_TRY(BeginImplicit(FmsgRepair::Kind::kPairInArray)); break;
    default: Repair(FmsgRepair::Kind::kMissingBegin, "a name outside of a pair"); break;
  }
  VMCOREDD_TRY(FlushName());
  levels_.back().name = token.ToString();
  levels_.back().name_waits = true;
  return {};
}

Result<void> FmsgParser::BeginObject() {
  VMCOREDD_TRY(CheckDepth(1));
  VMCOREDD_TRY(LeaveImplicit());
  const Level& top = levels_.back();
  const bool in_object = top.kind == Level::Kind::kRoot || top.kind == Level::Kind::kObject ||
                         top.kind == Level::Kind::kMerged;
  if (in_object && !top.name_waits) {
    Repair(FmsgRepair::Kind::kObjectInObject, "an object without a name in an object");
    return Push(Level::Kind::kMerged);
  }
  VMCOREDD_TRY(Place());
  VMCOREDD_TRY(handler_.OnBeginObject());
  return Push(Level::Kind::kObject);
}

Result<void> FmsgParser::BeginPair() {
  VMCOREDD_TRY(CheckDepth(2));  // with the object that may have to be made
  switch (levels_.back().kind) {
    case Level::Kind::kPair: VMCOREDD_TRY(BeginImplicit(FmsgRepair::Kind::kPairsInPair)); break;
    case Level::Kind::kNewArray:
    case Level::Kind::kArray:
    case Level::Kind::kBinary: VMCOREDD_TRY(BeginImplicit(FmsgRepair::Kind::kPairInArray)); break;
    default: VMCOREDD_TRY(FlushName()); break;
  }
  return Push(Level::Kind::kPair);
}

Result<void> FmsgParser::BeginArray() {
  VMCOREDD_TRY(CheckDepth(1));
  VMCOREDD_TRY(Place());
  return Push(Level::Kind::kNewArray);
}

Result<void> FmsgParser::End() {
  if (levels_.back().kind == Level::Kind::kImplicit) {
    // The stream did not begin it: the end is that of the pair or array around it.
    VMCOREDD_TRY(FlushName());
    VMCOREDD_TRY(LeaveImplicit());
  }
  Level& top = levels_.back();
  switch (top.kind) {
    case Level::Kind::kRoot:
      if (root_closed_) {
        Repair(FmsgRepair::Kind::kSurplusEnd, "an end without a begin");
      }
      root_closed_ = true;
      return FlushName();
    case Level::Kind::kPair:
      if (!top.used && !top.name_waits) {
        Repair(FmsgRepair::Kind::kEmptyPair, "a pair of nothing");
      }
      VMCOREDD_TRY(FlushName());
      break;
    case Level::Kind::kMerged: VMCOREDD_TRY(FlushName()); break;
    case Level::Kind::kNewArray:
      VMCOREDD_TRY(handler_.OnBeginArray());
      VMCOREDD_TRY(handler_.OnEnd());
      break;
    default:
      VMCOREDD_TRY(FlushName());
      VMCOREDD_TRY(handler_.OnEnd());
      break;
  }
  levels_.pop_back();
  return {};
}

// -- levels -------------------------------------------------------------------------

Result<void> FmsgParser::CheckDepth(size_t levels) const {
  if (levels_.size() + levels <= kMaxDepth) return {};
  return FailAt(ErrorCode::kLimitExceeded, offset_,
                "formatted message: nesting is deeper than " + std::to_string(kMaxDepth));
}

Result<void> FmsgParser::Push(Level::Kind kind) {
  levels_.push_back({kind, false, false, {}});
  return {};
}

Result<void> FmsgParser::BeginRoot() {
  VMCOREDD_TRY(handler_.OnBeginObject());
  return Push(Level::Kind::kRoot);
}

// An object for names that stand in a pair or an array.
Result<void> FmsgParser::BeginImplicit(FmsgRepair::Kind why) {
  VMCOREDD_TRY(CheckDepth(1));
  Repair(why, why == FmsgRepair::Kind::kPairsInPair
                  ? "the pair " + Quoted(levels_.back().name) + " holds pairs without an object"
                  : "pairs in an array without an object");
  VMCOREDD_TRY(Place());
  VMCOREDD_TRY(handler_.OnBeginObject());
  return Push(Level::Kind::kImplicit);
}

// What has no name is not meant for the object that the stream left out.
Result<void> FmsgParser::LeaveImplicit() {
  const Level& top = levels_.back();
  if (top.kind != Level::Kind::kImplicit || top.name_waits) return {};
  levels_.pop_back();
  return handler_.OnEnd();
}

// Makes room for a value, object or array: says its name, or that the array is one.
Result<void> FmsgParser::Place() {
  VMCOREDD_TRY(LeaveImplicit());
  Level& top = levels_.back();
  switch (top.kind) {
    case Level::Kind::kArray: return {};
    case Level::Kind::kBinary: return SplitMixedArray();
    case Level::Kind::kNewArray: top.kind = Level::Kind::kArray; return handler_.OnBeginArray();
    default: break;
  }
  if (top.kind == Level::Kind::kPair && top.used) {
    Repair(FmsgRepair::Kind::kSecondValue, "the pair " + Quoted(top.name) + " has another value");
  } else if (!top.name_waits) {
    Repair(FmsgRepair::Kind::kNameless, "a value without a name");
    top.name.clear();
  }
  top.used = true;
  top.name_waits = false;
  return handler_.OnName(top.name);
}

// The binary values that came cannot become elements of an array any more.
Result<void> FmsgParser::SplitMixedArray() {
  Repair(FmsgRepair::Kind::kMixedArray, "an array of binary values has others too");
  VMCOREDD_TRY(handler_.OnEnd());
  levels_.back().kind = Level::Kind::kArray;
  const Level& around = levels_[levels_.size() - 2];
  if (around.kind != Level::Kind::kArray) VMCOREDD_TRY(handler_.OnName(around.name));
  return handler_.OnBeginArray();
}

// A name that nothing had.
Result<void> FmsgParser::FlushName() {
  Level& top = levels_.back();
  if (!top.name_waits) return {};
  Repair(FmsgRepair::Kind::kEmptyPair, "the name " + Quoted(top.name) + " has no value");
  top.name_waits = false;
  top.used = true;
  VMCOREDD_TRY(handler_.OnName(top.name));
  VMCOREDD_TRY(handler_.OnBeginObject());
  return handler_.OnEnd();
}

}  // namespace vmcoredd::devlink
