// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "readers/report/html/dump_block.h"
#include "readers/report/html/page_block.h"
#include "readers/vmcore/dump_source.h"

namespace vmcoredd {

namespace {

constexpr uint64_t kRow = 64;           // segments begin and end at multiples of it
constexpr uint64_t kMaxGap = 256;       // between segments that become one
constexpr uint64_t kMaxPointed = 4096;  // of one long field or range

void AddRange(std::vector<ByteRange>& out, uint64_t offset, uint64_t size, uint64_t length) {
  if (size == 0 || offset >= length) return;
  const uint64_t begin = offset / kRow * kRow;
  const uint64_t end =
      std::min(length, AlignUp(offset + std::min({size, kMaxPointed, length - offset}), kRow));
  out.push_back({begin, end - begin});
}

// Sorted, joined where they are near each other, together at most `limit` bytes.
std::vector<ByteRange> Joined(std::vector<ByteRange> ranges, uint64_t limit) {
  std::sort(ranges.begin(), ranges.end(),
            [](const ByteRange& a, const ByteRange& b) { return a.offset < b.offset; });
  std::vector<ByteRange> out;
  uint64_t total = 0;
  for (const ByteRange& range : ranges) {
    const uint64_t end = range.offset + range.size;
    const uint64_t known = out.empty() ? 0 : out.back().offset + out.back().size;
    const bool goes_on = !out.empty() && range.offset <= known + kMaxGap;
    const uint64_t more = !goes_on ? range.size : end > known ? end - known : 0;
    if (total + more > limit) continue;
    total += more;
    if (goes_on) {
      out.back().size += more;
    } else {
      out.push_back(range);
    }
  }
  return out;
}

std::vector<ByteRange> Segments(const ReportDump& dump,
                                uint64_t length,
                                uint64_t head,
                                bool pointed) {
  std::vector<ByteRange> ranges;
  if (length != 0 && head != 0) ranges.push_back({0, std::min(length, head)});
  if (!pointed) return ranges;
  for (const FieldRecord& field : dump.fields) {
    if (field.is_group || !field.window.empty() || field.offset < dump.first_address) continue;
    AddRange(ranges, field.offset - dump.first_address, field.size, length);
  }
  if (dump.diff) {
    for (const ByteRange& range : dump.diff->ranges) {
      AddRange(ranges, range.offset, range.size, length);
    }
  }
  return Joined(std::move(ranges), kMaxDumpBytes);
}

Result<std::vector<std::byte>> ReadSegments(const DumpPlace& place,
                                            const std::vector<ByteRange>& segments,
                                            std::optional<uint64_t>& size) {
  const auto source = VMCOREDD_TRY(OpenDump(*place.reader, *place.dump));
  size = source->Size();
  std::vector<std::byte> bytes;
  for (const ByteRange& segment : segments) {
    const size_t at = bytes.size();
    // What is not there stays 0: holes and damage are told beside it.
    bytes.resize(at + static_cast<size_t>(segment.size));
    const auto out = std::span(bytes).subspan(at);
    for (size_t done = 0; done < out.size();) {
      const size_t got = VMCOREDD_TRY(source->ReadAt(segment.offset + done, out.subspan(done)));
      if (got == 0) break;
      done += got;
    }
  }
  return bytes;
}

}  // namespace

PackedBytes PackBytes(const MachineReport& report, size_t index, uint64_t head, bool pointed) {
  const ReportDump& dump = report.dumps[index];
  PackedBytes out;
  if (!dump.place.reader || !dump.place.dump) return out;
  out.segments = Segments(dump, dump.length, head, pointed);
  if (out.segments.empty()) return out;
  std::optional<uint64_t> size;
  auto bytes = ReadSegments(dump.place, out.segments, size);
  if (!bytes) {
    out.problem = bytes.error().ToString();
    out.segments.clear();
    return out;
  }
  PageBlock block;
  block.Add(*bytes);
  if (dump.baseline) {
    auto before = ReadSegments(report.dumps[*dump.baseline].place, out.segments, size);
    if (before) {
      for (size_t i = 0; i < before->size(); ++i) (*before)[i] ^= (*bytes)[i];
      block.Add(*before);
      out.has_baseline = true;
      out.baseline_length = size.value_or(report.dumps[*dump.baseline].length);
    }
  }
  out.packed = block.Finish();
  return out;
}

}  // namespace vmcoredd
