// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/trace_page.h"

#include <bit>
#include <cstring>
#include <string>

#include "collector/watch/trace_format.h"

namespace vmcoredd::watch {

namespace {

// RB_MISSED_EVENTS, RB_MISSED_STORED and the bits of the length.
constexpr uint64_t kMissedEvents = uint64_t{1} << 31, kMissedStored = uint64_t{1} << 30;
constexpr uint64_t kLengthMask = (uint64_t{1} << 20) - 1;
// enum ring_buffer_type.
constexpr uint32_t kPadding = 29, kTimeExtend = 30, kTimeStamp = 31;
constexpr unsigned kDeltaBits = 27;
// An absolute time has 59 bits; the others are those of the time before it.
constexpr uint64_t kStampMask = (uint64_t{1} << 59) - 1;
constexpr size_t kMaxPageBytes = 1024 * 1024;

template <typename T>
T Read(std::span<const std::byte> bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

// A bit field of 5 and 27 bits.
struct EventHead {
  explicit EventHead(uint32_t word) {
    const bool is_little = std::endian::native == std::endian::little;
    type = is_little ? word & 0x1f : word >> kDeltaBits;
    delta = is_little ? word >> 5 : word & ((uint32_t{1} << kDeltaBits) - 1);
  }
  uint32_t type, delta;
};

}  // namespace

Result<TracePageLayout> ParsePageLayout(std::string_view header_page) {
  const TraceFormat format = VMCOREDD_TRY(ParseTraceFormat(header_page));
  const TraceField* const commit = format.Find("commit");
  const TraceField* const data = format.Find("data");
  const bool is_usable = commit && data && (commit->size == 4 || commit->size == 8) &&
                         commit->offset + commit->size <= data->offset && data->size >= 64 &&
                         data->offset >= 8;
  if (!is_usable) return Fail(ErrorCode::kUnsupported, "pages of traces have another layout");
  return TracePageLayout{commit->offset, commit->size, data->offset, data->size};
}

Result<TracePageEnd> VisitTracePage(std::span<const std::byte> page,
                                    const TracePageLayout& layout,
                                    const TraceRecordVisitor& visit) {
  if (page.size() < layout.data_offset || page.size() > kMaxPageBytes) {
    return FailAt(ErrorCode::kTruncated, page.size(),
                  "expected a page of " + std::to_string(layout.page_size()) + " bytes");
  }
  uint64_t time = Read<uint64_t>(page, 0);
  const uint64_t commit = layout.commit_size == 8 ? Read<uint64_t>(page, layout.commit_offset)
                                                  : Read<uint32_t>(page, layout.commit_offset);
  const size_t length = commit & kLengthMask;
  if (length > page.size() - layout.data_offset) {
    return FailAt(ErrorCode::kCorrupt, layout.commit_offset,
                  "a page with " + std::to_string(length) + " bytes of records");
  }
  TracePageEnd end;
  end.has_lost = (commit & kMissedEvents) != 0;
  const size_t limit = layout.data_offset + length;
  if ((commit & kMissedStored) != 0 && page.size() - limit >= layout.commit_size) {
    end.lost = layout.commit_size == 8 ? Read<uint64_t>(page, limit) : Read<uint32_t>(page, limit);
  }
  for (size_t at = layout.data_offset; limit - at >= 4;) {
    const EventHead head(Read<uint32_t>(page, at));
    const size_t left = limit - at;
    // Every kind but the short records has a second word.
    const bool has_word = head.type == 0 || head.type >= kPadding;
    if (has_word && head.type == kPadding && head.delta == 0) break;  // nothing behind it
    if (has_word && left < 8) return FailAt(ErrorCode::kTruncated, at, "a record is cut");
    const uint32_t word = has_word ? Read<uint32_t>(page, at + 4) : 0;
    if (head.type == kTimeExtend) {
      time += (uint64_t{word} << kDeltaBits) + head.delta;
      at += 8;
      continue;
    }
    if (head.type == kTimeStamp) {
      time = (time & ~kStampMask) | (((uint64_t{word} << kDeltaBits) + head.delta) & kStampMask);
      at += 8;
      continue;
    }
    const uint64_t size = 4 + (has_word ? uint64_t{word} : uint64_t{head.type} * 4);
    if (size > left || (has_word && word < 4)) {
      return FailAt(
          ErrorCode::kCorrupt, at,
          "a record of " + std::to_string(size) + " bytes, " + std::to_string(left) + " are left");
    }
    time += head.delta;
    if (head.type != kPadding) {  // that is one that was discarded
      const size_t start = has_word ? 8 : 4;
      visit(time, page.subspan(at + start, size - start));
    }
    at += size;
    // Records begin at multiples of four.
    if (size % 4 != 0) return FailAt(ErrorCode::kCorrupt, at, "a record ends at an odd place");
  }
  return end;
}

}  // namespace vmcoredd::watch
