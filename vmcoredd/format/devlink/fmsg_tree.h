// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_DEVLINK_FMSG_TREE_H_
#define VMCOREDD_FORMAT_DEVLINK_FMSG_TREE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "vmcoredd/format/devlink/fmsg.h"

namespace vmcoredd::devlink {

// A formatted message as a tree. Types, order, repeated names and the pieces of binary
// data are kept.
struct FmsgNode {
  enum class Kind { kObject, kArray, kValue, kBinary };
  Kind kind = Kind::kObject;
  std::string name;                         // raw; only inside of objects
  uint8_t type = 0;                         // of a value: FmsgType or unknown
  std::endian order = std::endian::native;  // of a value
  std::vector<std::byte> bytes;             // of a value, or all pieces of binary data
  std::vector<size_t> pieces;               // of binary data: bytes of each
  std::vector<FmsgNode> children;           // of objects and arrays
};

// Builds the tree. kLimitExceeded above `max_bytes` of memory: values, names and nodes; what
// came before stays.
class FmsgTreeBuilder final : public FmsgHandler {
 public:
  explicit FmsgTreeBuilder(uint64_t max_bytes = uint64_t{64} << 20);
  Result<void> OnBeginObject() override;
  Result<void> OnBeginArray() override;
  Result<void> OnName(std::string_view name) override;
  Result<void> OnValue(const FmsgScalar& value, bool starts_message) override;
  Result<void> OnBeginBinary() override;
  Result<void> OnEnd() override;
  const FmsgNode& root() const { return root_; }

 private:
  FmsgNode& Current();
  FmsgNode& Add(FmsgNode node);
  Result<void> Begin(FmsgNode::Kind kind);
  Result<void> Charge(uint64_t bytes);
  FmsgNode root_;
  std::vector<size_t> path_;  // indexes of children, from the root
  std::string name_;
  bool has_root_ = false;
  uint64_t left_;
};

}  // namespace vmcoredd::devlink

#endif  // VMCOREDD_FORMAT_DEVLINK_FMSG_TREE_H_
