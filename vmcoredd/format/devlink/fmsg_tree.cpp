// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/devlink/fmsg_tree.h"

namespace vmcoredd::devlink {

FmsgTreeBuilder::FmsgTreeBuilder(uint64_t max_bytes) : left_(max_bytes) {}

Result<void> FmsgTreeBuilder::Charge(uint64_t bytes) {
  if (bytes > left_) {
    return Fail(ErrorCode::kLimitExceeded, "formatted message: too large for a tree in memory");
  }
  left_ -= bytes;
  return {};
}

FmsgNode& FmsgTreeBuilder::Current() {
  FmsgNode* node = &root_;
  for (const size_t index : path_) node = &node->children[index];
  return *node;
}

FmsgNode& FmsgTreeBuilder::Add(FmsgNode node) {
  node.name = std::move(name_);
  name_.clear();
  auto& children = Current().children;
  children.push_back(std::move(node));
  return children.back();
}

Result<void> FmsgTreeBuilder::Begin(FmsgNode::Kind kind) {
  VMCOREDD_TRY(Charge(sizeof(FmsgNode)));
  FmsgNode node;
  node.kind = kind;
  Add(std::move(node));
  path_.push_back(Current().children.size() - 1);
  return {};
}

Result<void> FmsgTreeBuilder::OnBeginObject() {
  if (has_root_) return Begin(FmsgNode::Kind::kObject);
  has_root_ = true;
  return {};
}

Result<void> FmsgTreeBuilder::OnBeginArray() { return Begin(FmsgNode::Kind::kArray); }
Result<void> FmsgTreeBuilder::OnBeginBinary() { return Begin(FmsgNode::Kind::kBinary); }

Result<void> FmsgTreeBuilder::OnName(std::string_view name) {
  VMCOREDD_TRY(Charge(name.size()));
  name_ = name;
  return {};
}

Result<void> FmsgTreeBuilder::OnValue(const FmsgScalar& value, bool /*starts_message*/) {
  VMCOREDD_TRY(Charge(value.bytes.size()));
  FmsgNode& current = Current();
  if (current.kind == FmsgNode::Kind::kBinary) {
    VMCOREDD_TRY(Charge(sizeof(size_t)));
    current.bytes.insert(current.bytes.end(), value.bytes.begin(), value.bytes.end());
    current.pieces.push_back(value.bytes.size());
    return {};
  }
  VMCOREDD_TRY(Charge(sizeof(FmsgNode)));
  FmsgNode node;
  node.kind = FmsgNode::Kind::kValue;
  node.type = value.type;
  node.order = value.order;
  node.bytes.assign(value.bytes.begin(), value.bytes.end());
  Add(std::move(node));
  return {};
}

Result<void> FmsgTreeBuilder::OnEnd() {
  if (!path_.empty()) path_.pop_back();
  return {};
}

}  // namespace vmcoredd::devlink
