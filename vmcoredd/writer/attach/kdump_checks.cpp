// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "vmcoredd/writer/attach/containers.h"
#include "vmcoredd/writer/attach/note_block.h"

namespace vmcoredd::attach {

namespace {

constexpr uint64_t kDescriptorWindow = 65536;  // page descriptors read at a time: 1.5 MiB

tl::unexpected<Error> Truncated(uint64_t end, uint64_t size, const char* what) {
  return FailAt(ErrorCode::kRefused, size,
                "the vmcore is truncated: " + std::string(what) + " ends at " +
                    std::to_string(end) + ", the file at " + std::to_string(size));
}

// Page data is written in the order of the page descriptors, except that all
// pages of zeros share one place near the start. So the last descriptor of a page
// with data of its own tells where the data end, and the table is read backwards
// until there is one.
Result<void> CheckLastDescriptors(ByteSource& logical,
                                  uint64_t size,
                                  const KdumpHeader& header,
                                  uint64_t count) {
  std::vector<std::byte> window(std::min(count, kDescriptorWindow) * kPageDescriptorBytes);
  std::optional<uint64_t> previous;
  bool is_settled = false;
  uint64_t last = count;
  while (last != 0 && !is_settled) {
    const uint64_t first = last - std::min(last, kDescriptorWindow);
    const auto bytes = std::span(window).first((last - first) * kPageDescriptorBytes);
    const uint64_t table = header.descriptors_offset() + first * kPageDescriptorBytes;
    VMCOREDD_TRY(ReadExactAt(logical, table, bytes, "page descriptors"));
    for (uint64_t i = 0; i < last - first; ++i) {
      const auto raw = bytes.subspan(i * kPageDescriptorBytes).first<kPageDescriptorBytes>();
      const PageDescriptor page = DecodePageDescriptor(raw, header.order);
      const uint64_t at = table + i * kPageDescriptorBytes;
      if (page.offset == 0) {
        return FailAt(ErrorCode::kRefused, at,
                      "the vmcore is incomplete: a page descriptor without data");
      }
      const auto end = CheckedAdd(page.offset, page.size);
      if (!end || *end > size) {
        return FailAt(ErrorCode::kRefused, at,
                      "the vmcore is truncated: a page descriptor points past its end");
      }
      is_settled |= previous && *previous != page.offset;
      previous = page.offset;
    }
    last = first;
  }
  return {};
}

}  // namespace

Result<void> CheckKdumpHeaderCanTakeNotes(const KdumpHeader& header) {
  if (header.layout != KdumpLayout::k64) {
    return Fail(ErrorCode::kRefused,
                "a 32-bit kdump-compressed file: readers tell its two layouts apart by where the "
                "notes are");
  }
  if (!header.has_notes()) {
    return Fail(ErrorCode::kRefused, "header version " + std::to_string(header.header_version) +
                                         " has no notes, 4 is the first that has");
  }
  if (header.split) {
    return Fail(ErrorCode::kRefused,
                "a piece of a split set: all pieces must hold the same notes at the same place; "
                "join them with makedumpfile --reassemble first");
  }
  if ((header.status & kKdumpStatusIncomplete) != 0) {
    return Fail(ErrorCode::kRefused, "the vmcore is incomplete: makedumpfile ran out of space");
  }
  return {};
}

Result<void> CheckKdumpCanTakeNotes(ByteSource& logical, uint64_t size, const KdumpHeader& header) {
  VMCOREDD_TRY(CheckKdumpHeaderCanTakeNotes(header));
  if (*header.notes.End() > size) return Truncated(*header.notes.End(), size, "the notes");
  if (header.descriptors_offset() > size) {
    return Truncated(header.descriptors_offset(), size, "the page bitmap");
  }
  const uint64_t count = VMCOREDD_TRY(CountPageDescriptors(logical, header));
  const auto bytes = CheckedMul(count, kPageDescriptorBytes);
  const auto end = bytes ? CheckedAdd(header.descriptors_offset(), *bytes) : std::nullopt;
  if (!end || *end > size) {
    return Truncated(end.value_or(UINT64_MAX), size, "the page descriptor table");
  }
  return CheckLastDescriptors(logical, size, header, count);
}

ByteRange MovedVmcoreinfo(const KdumpHeader& header, ByteRange kept, uint64_t notes_offset) {
  ByteRange vmcoreinfo = header.vmcoreinfo;
  const bool is_inside = vmcoreinfo.offset >= kept.offset && *vmcoreinfo.End() <= *kept.End();
  if (is_inside) vmcoreinfo.offset = vmcoreinfo.offset - kept.offset + notes_offset;
  return vmcoreinfo;
}

Result<void> CheckNoteBytes(uint64_t total) {
  if (total <= kMaxNoteBytes) return {};
  return Fail(ErrorCode::kRefused,
              "the vmcore would have " + std::to_string(total) +
                  " bytes before its memory, at most " + std::to_string(kMaxNoteBytes) +
                  " can be read by makedumpfile and crash: keep the archive beside it");
}

}  // namespace vmcoredd::attach
