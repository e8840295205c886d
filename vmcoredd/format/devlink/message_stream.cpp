// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/devlink/message_stream.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/endian.h"

namespace vmcoredd::devlink {

namespace {

constexpr size_t kHeaderBytes = NLMSG_HDRLEN;

// The part of the stream that is in memory: messages are read in order, each once.
class Window {
 public:
  Window(ByteSource& source, uint64_t offset, uint64_t end)
      : source_(source), at_(offset), end_(end), buffer_(kBytes) {}

  uint64_t at() const { return at_; }
  uint64_t left() const { return end_ - at_; }

  // Up to `size` of the next bytes: fewer only where the stream ends. Valid until the
  // next call.
  Result<std::span<const std::byte>> Peek(size_t size) {
    size = static_cast<size_t>(std::min<uint64_t>(size, left()));
    if (size > filled_ - begin_) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, filled_ - begin_);
      filled_ -= begin_;
      begin_ = 0;
      if (buffer_.size() < size) buffer_.resize(size);
      const uint64_t want = std::min<uint64_t>(buffer_.size(), left()) - filled_;
      filled_ += VMCOREDD_TRY(source_.ReadAt(
          at_ + filled_, std::span(buffer_).subspan(filled_, static_cast<size_t>(want))));
    }
    return std::span<const std::byte>(buffer_).subspan(begin_, std::min(size, filled_ - begin_));
  }
  // Of what was peeked at.
  void Skip(size_t size) {
    begin_ += size;
    at_ += size;
  }

  static constexpr size_t kBytes = size_t{64} * 1024;

 private:
  ByteSource& source_;
  uint64_t at_;
  uint64_t end_;
  size_t begin_ = 0;
  size_t filled_ = 0;
  std::vector<std::byte> buffer_;
};

bool AllZero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

// Whether the first message makes sense in this order: its length, the number of its family
// and, if it is there, the first attribute.
bool Plausible(std::span<const std::byte> bytes, std::endian order) {
  const auto length = LoadInt<uint32_t>(bytes.data(), order);
  const auto type = LoadInt<uint16_t>(bytes.data() + 4, order);
  if (length < kHeaderBytes || length > kMaxMessageBytes) return false;
  const bool is_control = type == NLMSG_ERROR || type == NLMSG_DONE;
  const bool is_family = type >= NLMSG_MIN_TYPE && type <= GENL_MAX_ID;
  if (!is_control && !is_family) return false;
  constexpr size_t first = kHeaderBytes + GENL_HDRLEN;
  if (is_control || length < first + NLA_HDRLEN || bytes.size() < first + NLA_HDRLEN) return true;
  const auto attribute = LoadInt<uint16_t>(bytes.data() + first, order);
  return attribute >= NLA_HDRLEN && attribute <= length - first;
}

// Where both make sense (256 bytes are 65536 in the other order) it is the shorter length:
// the other one is 64 KiB or more, and the kernel's messages are less.
std::optional<std::endian> FindOrder(std::span<const std::byte> bytes) {
  const bool little = Plausible(bytes, std::endian::little);
  const bool big = Plausible(bytes, std::endian::big);
  if (!little && !big) return std::nullopt;
  if (little != big) return little ? std::endian::little : std::endian::big;
  const auto length_if_little = LoadInt<uint32_t>(bytes.data(), std::endian::little);
  const auto length_if_big = LoadInt<uint32_t>(bytes.data(), std::endian::big);
  if (length_if_little == length_if_big) return std::endian::native;
  return length_if_little < length_if_big ? std::endian::little : std::endian::big;
}

Result<void> EndsEarly(uint64_t offset, uint64_t expected, uint64_t found) {
  return FailAt(ErrorCode::kTruncated, offset,
                "netlink messages: expected " + std::to_string(expected) + " bytes, found " +
                    std::to_string(found));
}

}  // namespace

Result<void> WriteMessage(OutputStream& out, const Message& message) {
  VMCOREDD_TRY(out.Write(message.whole));
  constexpr std::array<std::byte, NLMSG_ALIGNTO> zeros{};
  const size_t padding = AlignUp(message.whole.size(), NLMSG_ALIGNTO) - message.whole.size();
  if (padding == 0) return {};
  return out.Write(std::span(zeros).first(padding));
}

Result<void> ReadMessageStream(ByteSource& source,
                               uint64_t offset,
                               uint64_t size,
                               const MessageVisitor& visit) {
  const auto end = CheckedAdd(offset, size);
  if (!end) return FailAt(ErrorCode::kInvalidArgument, offset, "netlink messages: no such range");
  Window window(source, offset, *end);
  std::optional<std::endian> order;
  while (window.left() > 0) {
    // Of the first message also what its byte order is told by.
    const auto head =
        VMCOREDD_TRY(window.Peek(order ? kHeaderBytes : kHeaderBytes + GENL_HDRLEN + NLA_HDRLEN));
    if (AllZero(head.first(std::min(head.size(), kHeaderBytes))) &&
        window.left() < kMaxPaddingBytes && (order || head.size() < kHeaderBytes)) {
      const auto rest = VMCOREDD_TRY(window.Peek(kMaxPaddingBytes));
      if (AllZero(rest) && rest.size() == window.left()) return {};
    }
    if (head.size() < kHeaderBytes) return EndsEarly(window.at(), kHeaderBytes, head.size());
    if (!order) {
      order = FindOrder(head);
      if (!order) {
        return FailAt(ErrorCode::kNotRecognised, window.at(), "no message of generic netlink");
      }
    }
    const auto length = LoadInt<uint32_t>(head.data(), *order);
    if (length > kMaxMessageBytes) {
      return FailAt(ErrorCode::kLimitExceeded, window.at(),
                    "netlink messages: expected a message of " + std::to_string(kMaxMessageBytes) +
                        " bytes or less, found " + std::to_string(length));
    }
    const auto padded = static_cast<size_t>(AlignUp(length, NLMSG_ALIGNTO));
    const auto bytes = VMCOREDD_TRY(window.Peek(std::max(padded, kHeaderBytes)));
    if (bytes.size() < length) return EndsEarly(window.at(), length, bytes.size());
    // Says also what a length below the header's is.
    VMCOREDD_TRY(VisitMessages(bytes.first(std::max<size_t>(length, kHeaderBytes)), window.at(),
                               *order, visit));
    window.Skip(std::min(padded, bytes.size()));
  }
  return {};
}

}  // namespace vmcoredd::devlink
