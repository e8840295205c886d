// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_DEVLINK_FMSG_H_
#define VMCOREDD_FORMAT_DEVLINK_FMSG_H_

#include <bit>
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

// The formatted messages of devlink health (fmsg): a flat stream of tokens, attributes
// 107 to 113 inside of DEVLINK_ATTR_FMSG, cut into messages anywhere
// (devlink_fmsg_prepare_skb() in net/devlink/leftover.c, Linux 6.1).

namespace vmcoredd::devlink {

// One value. Borrows; valid during the call.
struct FmsgScalar {
  uint8_t type = 0;  // FmsgType, or a number that this version does not know
  std::span<const std::byte> bytes;
  std::endian order = std::endian::native;

  // Of flags and integers; nothing when the size is not that of the type.
  std::optional<uint64_t> ToUint() const;
  // Of strings: up to the NUL. Raw bytes.
  std::string_view ToText() const;
};

// What the stream says, well formed: every Begin has its End, names stand before one value,
// object or array, and only inside of objects; the whole is one object. Inside of an array
// there are values, objects and arrays.
class FmsgHandler {
 public:
  virtual ~FmsgHandler() = default;
  virtual Result<void> OnBeginObject() = 0;
  virtual Result<void> OnBeginArray() = 0;
  virtual Result<void> OnName(std::string_view name) = 0;  // raw bytes
  // `starts_message`: first token of its message; devlink's own text breaks lines there.
  // Binary data comes in pieces, one call each, inside of OnBeginBinary and OnEnd.
  virtual Result<void> OnValue(const FmsgScalar& value, bool starts_message) = 0;
  // A binary pair: an array of nothing but binary values, which belong together. An empty
  // array is an array: the wire does not tell it from binary data without bytes.
  virtual Result<void> OnBeginBinary() = 0;
  virtual Result<void> OnEnd() = 0;  // of the innermost object, array or binary
};

// Where the stream broke its own grammar, and what was made of it.
struct FmsgRepair {
  enum class Kind {
    kSurplusEnd,      // an end without a begin: ignored, what follows belongs to the root
    kMissingEnd,      // the stream stopped inside: closed
    kPairsInPair,     // a pair holds pairs without an object (bnxt): made an object
    kPairInArray,     // a named value in an array without an object (mlxsw): made one
    kObjectInObject,  // an object without a name in an object (ice): its members are the outer's
    kNameless,        // a value in an object without a name: named ""
    kSecondValue,     // a pair with a second value: made an array is not possible any more;
                      // it is given a pair of the same name
    kEmptyPair,       // a name without value: given an empty object
    kDanglingType,    // a value type without a value, at the end of the stream
    kTypeless,        // a value without type: taken as binary
    kTruncated,       // a message was cut: what was before the cut is there
  };
  Kind kind;
  size_t message = 0;   // number of the message, from 0
  uint64_t offset = 0;  // in that message
  std::string text;     // for a person; printable
};

// Feeds a handler from messages. A repeated value type at the start of a message (a type
// that the kernel left dangling at the end of the one before) is no repair: that is how
// the kernel cuts.
class FmsgParser {
 public:
  explicit FmsgParser(FmsgHandler& handler);

  // The DEVLINK_ATTR_FMSG nests of one message of DUMP_GET or DIAGNOSE. Damage becomes a
  // repair; fails only with the handler's error, or when nesting is deeper than kMaxDepth.
  Result<void> Feed(const Message& message);
  // Closes what is open. Once.
  Result<void> Finish();

  const std::vector<FmsgRepair>& repairs() const { return repairs_; }
  uint64_t repair_count() const { return repair_count_; }  // only the first 64 are kept
  size_t message_count() const { return messages_; }

  static constexpr size_t kMaxDepth = 64;

 private:
  enum class Level : uint8_t;  // see fmsg.cpp, whose state this is
  FmsgHandler& handler_;
  std::vector<Level> levels_;
  std::optional<uint8_t> type_;
  std::optional<std::string> name_;
  std::vector<FmsgRepair> repairs_;
  uint64_t repair_count_ = 0;
  size_t messages_ = 0;
};

}  // namespace vmcoredd::devlink

#endif  // VMCOREDD_FORMAT_DEVLINK_FMSG_H_
