// SPDX-License-Identifier: LGPL-2.1-or-later
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/format/devlink/netlink_message.h"

// The making half of netlink_message.h. libmnl lays out headers and attributes; nests are
// ours, because its own set NLA_F_NESTED, which devlink does not
// (nla_nest_start_noflag()).

namespace vmcoredd::devlink {

namespace {

// The length of an attribute has 16 bits.
constexpr size_t kMaxAttributeBytes = std::numeric_limits<uint16_t>::max();

// operator new aligns the buffer for any header.
nlmsghdr* Header(std::vector<std::byte>& buffer) {
  return reinterpret_cast<nlmsghdr*>(buffer.data());
}
size_t Length(const std::vector<std::byte>& buffer) {
  return reinterpret_cast<const nlmsghdr*>(buffer.data())->nlmsg_len;
}

}  // namespace

MessageBuilder::MessageBuilder(
    uint16_t type, uint16_t flags, uint32_t sequence, uint32_t port, size_t capacity)
    : buffer_(std::max<size_t>(capacity, MNL_NLMSG_HDRLEN)), capacity_(buffer_.size()) {
  nlmsghdr* header = mnl_nlmsg_put_header(buffer_.data());
  header->nlmsg_type = type;
  header->nlmsg_flags = flags;
  header->nlmsg_seq = sequence;
  header->nlmsg_pid = port;
}

void MessageBuilder::PutGeneric(uint8_t command, uint8_t version) {
  if (capacity_ - Length(buffer_) < GENL_HDRLEN) return;
  const auto extra = mnl_nlmsg_put_extra_header(Header(buffer_), sizeof(genlmsghdr));
  auto* generic = static_cast<genlmsghdr*>(extra);
  generic->cmd = command;
  generic->version = version;
}

bool MessageBuilder::Fits(size_t attribute_payload) const {
  if (attribute_payload > kMaxAttributeBytes - MNL_ATTR_HDRLEN) return false;
  const size_t end = Length(buffer_) + MNL_ATTR_HDRLEN + AlignUp(attribute_payload, NLMSG_ALIGNTO);
  if (end > capacity_) return false;
  return nests_.empty() || end - nests_.front() <= kMaxAttributeBytes;
}

bool MessageBuilder::PutBytes(uint16_t type, std::span<const std::byte> bytes) {
  if (!Fits(bytes.size())) return false;
  mnl_attr_put(Header(buffer_), type, bytes.size(), bytes.data());
  return true;
}

bool MessageBuilder::PutFlag(uint16_t type) { return PutBytes(type, {}); }
bool MessageBuilder::PutU8(uint16_t type, uint8_t value) {
  return PutBytes(type, std::as_bytes(std::span(&value, 1)));
}
bool MessageBuilder::PutU16(uint16_t type, uint16_t value) {
  return PutBytes(type, std::as_bytes(std::span(&value, 1)));
}
bool MessageBuilder::PutU32(uint16_t type, uint32_t value) {
  return PutBytes(type, std::as_bytes(std::span(&value, 1)));
}
bool MessageBuilder::PutU64(uint16_t type, uint64_t value) {
  return PutBytes(type, std::as_bytes(std::span(&value, 1)));
}

bool MessageBuilder::PutString(uint16_t type, std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return false;
  const std::string terminated(text);
  return PutBytes(type, std::as_bytes(std::span(terminated.c_str(), terminated.size() + 1)));
}

bool MessageBuilder::BeginNest(uint16_t type) {
  const size_t start = Length(buffer_);
  if (!PutFlag(type)) return false;
  nests_.push_back(start);
  return true;
}

void MessageBuilder::EndNest() {
  if (nests_.empty()) return;
  auto* nest = reinterpret_cast<nlattr*>(buffer_.data() + nests_.back());
  nest->nla_len = static_cast<uint16_t>(Length(buffer_) - nests_.back());
  nests_.pop_back();
}

void MessageBuilder::CancelNest() {
  if (nests_.empty()) return;
  Header(buffer_)->nlmsg_len = static_cast<uint32_t>(nests_.back());
  nests_.pop_back();
}

bool MessageBuilder::PutRaw(std::span<const std::byte> bytes) {
  if (AlignUp(bytes.size(), NLMSG_ALIGNTO) > capacity_ - Length(buffer_)) return false;
  void* raw = mnl_nlmsg_put_extra_header(Header(buffer_), bytes.size());
  if (!bytes.empty()) std::memcpy(raw, bytes.data(), bytes.size());
  return true;
}

void MessageBuilder::SetSequence(uint32_t sequence) { Header(buffer_)->nlmsg_seq = sequence; }

std::span<const std::byte> MessageBuilder::bytes() const {
  return std::span(buffer_).first(Length(buffer_));
}

}  // namespace vmcoredd::devlink
