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
// object, array or binary, and only inside of objects; the whole is one object. Inside of an
// array there are values, objects, arrays and binaries.
class FmsgHandler {
 public:
  virtual ~FmsgHandler() = default;
  virtual Result<void> OnBeginObject() = 0;
  virtual Result<void> OnBeginArray() = 0;
  virtual Result<void> OnName(std::string_view name) = 0;  // raw bytes
  // `starts_message`: no token but its type stands before it in its message; devlink's own
  // text breaks lines there. Binary data comes in pieces, one call each, inside of
  // OnBeginBinary and OnEnd. A binary value elsewhere stands alone.
  virtual Result<void> OnValue(const FmsgScalar& value, bool starts_message) = 0;
  // A binary pair: an array of nothing but binary values, which belong together. Known from
  // its first value on: an array whose first value is of another kind is an array, and so is
  // an empty one, since the wire does not tell it from binary data without bytes.
  virtual Result<void> OnBeginBinary() = 0;
  virtual Result<void> OnEnd() = 0;  // of the innermost object, array or binary
};

// Where the stream broke its own grammar, and what was made of it.
struct FmsgRepair {
  enum class Kind {
    kSurplusEnd,      // an end without a begin: ignored, what follows belongs to the root
    kMissingEnd,      // the stream stopped inside: closed
    kMissingBegin,    // the stream starts inside, or a name stands outside of a pair
    kPairsInPair,     // a pair holds pairs without an object (bnxt): made an object
    kPairInArray,     // named values in an array without an object (mlxsw): those that follow
                      // each other are made one
    kObjectInObject,  // an object without a name in an object (ice): its members are the outer's
    kNameless,        // a value in an object without a name: named ""
    kSecondValue,     // a pair with more than one value: each is named as the first
    kMixedArray,      // an array that began with binary values has others: they are an array
                      // behind the binary, of the same name
    kEmptyPair,       // a name without value: given an empty object. No name either: left out
    kDanglingType,    // a value type without a value (at the end of a message it is none)
    kTypeless,        // a value without type: taken as binary
    kTruncated,       // a message was cut: what was before the cut is there
  };
  Kind kind;
  size_t message = 0;   // number of the message, from 0
  uint64_t offset = 0;  // in that message
  std::string text;     // for a person; printable
};

// "surplus-end" and so on. In JSON and tests.
std::string_view FmsgRepairName(FmsgRepair::Kind kind);

// Feeds a handler from messages. A repeated value type at the start of a message (a type
// that the kernel left dangling at the end of the one before) is no repair: that is how
// the kernel cuts. Keeps the names on the way to the root, and nothing else of the stream.
class FmsgParser {
 public:
  explicit FmsgParser(FmsgHandler& handler);

  // The DEVLINK_ATTR_FMSG nests of one message of DUMP_GET or DIAGNOSE. Damage becomes a
  // repair; fails only with the handler's error, or with kLimitExceeded when nesting is
  // deeper than kMaxDepth: what came before is there, and Finish() closes it.
  Result<void> Feed(const Message& message);
  // Closes what is open. Once.
  Result<void> Finish();

  const std::vector<FmsgRepair>& repairs() const { return repairs_; }
  uint64_t repair_count() const { return repair_count_; }  // only the first 64 are kept
  size_t message_count() const { return messages_; }

  static constexpr size_t kMaxDepth = 64;
  static constexpr size_t kMaxRepairs = 64;

 private:
  // What is open, from the root on. The handler has not seen kMerged, kPair and kNewArray.
  struct Level {
    enum class Kind : uint8_t {
      kRoot,
      kObject,
      kMerged,    // an object whose members belong to the object around it
      kImplicit,  // an object that the stream left out, in a pair or an array
      kPair,
      kNewArray,  // without a value so far: the first one says what it is
      kArray,
      kBinary,
    };
    Kind kind;
    bool name_waits = false;  // a name came, and nothing yet that has it
    bool used = false;        // of a pair: had a value
    std::string name;         // the last one
  };

  Result<void> FeedNest(std::span<const std::byte> bytes, uint64_t offset, std::endian order);
  Result<void> TakeToken(const Attribute& token);
  Result<void> TakeType(const Attribute& token);
  Result<void> TakeValue(const Attribute& token);
  Result<void> TakeName(const Attribute& token);
  Result<void> BeginObject();
  Result<void> BeginPair();
  Result<void> BeginArray();
  Result<void> End();

  Result<void> BeginRoot();
  Result<void> BeginImplicit(FmsgRepair::Kind why);
  Result<void> LeaveImplicit();
  Result<void> Place();
  Result<void> SplitMixedArray();
  Result<void> FlushName();
  Result<void> Push(Level::Kind kind);
  Result<void> CheckDepth(size_t levels) const;
  void Repair(FmsgRepair::Kind kind, std::string text);

  FmsgHandler& handler_;
  std::vector<Level> levels_;
  bool root_closed_ = false;     // by an end; what follows all the same still belongs to it
  bool starts_message_ = false;  // no token of this message so far, but types
  bool type_is_old_ = false;     // type_ comes from the message before
  std::optional<uint8_t> type_;
  std::vector<FmsgRepair> repairs_;
  uint64_t repair_count_ = 0;
  size_t messages_ = 0;
  size_t message_ = 0;          // the one that is being read, or was last
  uint64_t offset_ = 0;         // of the token, in what was walked
  uint64_t message_start_ = 0;  // of the message, likewise
};

}  // namespace vmcoredd::devlink

#endif  // VMCOREDD_FORMAT_DEVLINK_FMSG_H_
