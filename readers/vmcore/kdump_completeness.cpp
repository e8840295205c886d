// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/kdump_completeness.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "readers/vmcore/problem.h"
#include "readers/vmcore/vmcore_input.h"

namespace vmcoredd {

namespace {

// Page descriptors read at a time: a little less than 256 KiB.
constexpr uint64_t kWindowDescriptors = 10922;
// Bytes of the table between two calls of a progress callback.
constexpr uint64_t kProgressStep = kPageDescriptorBytes * 65536;
// KDUMP_... bits of page_desc.flags: zlib, LZO, snappy, zstd.
constexpr uint32_t kKnownPageFlags = 0x1 | 0x2 | 0x4 | 0x20;

std::optional<Error> MarkedIncomplete(const KdumpHeader& header) {
  if ((header.status & kKdumpStatusIncomplete) == 0) return std::nullopt;
  return Error(ErrorCode::kTruncated, "marked incomplete: makedumpfile ran out of space");
}

// Where the header says that something ends; the furthest counts.
class PromisedEnd {
 public:
  explicit PromisedEnd(const KdumpHeader& header) {
    Extend(header.descriptors_offset(), "the page bitmap");
    // ReadKdumpHeader has checked that these do not wrap around.
    Extend(header.notes.End().value_or(0), "the notes");
    Extend(header.eraseinfo.End().value_or(0), "the erase information");
  }
  void Extend(uint64_t end, std::string_view what) {
    if (end <= end_) return;
    end_ = end;
    what_ = what;
  }
  uint64_t end() const { return end_; }
  std::string_view what() const { return what_; }

 private:
  uint64_t end_ = 0;
  std::string_view what_;
};

Result<uint64_t> DescriptorTableEnd(ByteSource& source, const KdumpHeader& header) {
  const uint64_t count = VMCOREDD_TRY(CountPageDescriptors(source, header));
  const auto size = CheckedMul(count, kPageDescriptorBytes);
  const auto end = size ? CheckedAdd(header.descriptors_offset(), *size) : std::nullopt;
  if (end) return *end;
  return FailAt(ErrorCode::kCorrupt, header.descriptors_offset(),
                "the table of page descriptors wraps around");
}

// Visits the descriptors in [begin, end) of the file. `end` is within the file.
template <typename Visit>
Result<void> WalkDescriptors(
    ByteSource& source, std::endian order, uint64_t begin, uint64_t end, const Visit& visit) {
  std::vector<std::byte> window(kWindowDescriptors * kPageDescriptorBytes);
  for (uint64_t at = begin; at < end; at += window.size()) {
    const auto bytes = std::span(window).first(std::min<uint64_t>(window.size(), end - at));
    VMCOREDD_TRY(ReadExactAt(source, at, bytes, "page descriptors"));
    for (size_t i = 0; i < bytes.size(); i += kPageDescriptorBytes) {
      const std::span<const std::byte> rest = bytes.subspan(i);
      visit(at + i, DecodePageDescriptor(rest.first<kPageDescriptorBytes>(), order));
    }
  }
  return {};
}

// What the end of the table says about the end of the file. makedumpfile and QEMU
// write pages in the order of their descriptors, but pages of zeros share one
// place at the start.
struct LastPages {
  uint64_t end = 0;  // one past the last page that the window describes
  uint64_t looked_at = 0;
  uint64_t lost = 0;   // descriptors without a page
  bool known = false;  // does `end` say where the last page of all is?
};

Result<LastPages> ReadLastPages(ByteSource& source, const KdumpHeader& header, uint64_t table_end) {
  const uint64_t count = (table_end - header.descriptors_offset()) / kPageDescriptorBytes;
  LastPages last;
  last.looked_at = std::min(count, kWindowDescriptors);
  VMCOREDD_TRY(WalkDescriptors(source, header.order,
                               table_end - last.looked_at * kPageDescriptorBytes, table_end,
                               [&](uint64_t, const PageDescriptor& page) {
                                 if (page.offset == 0) ++last.lost;
                                 const auto end = CheckedAdd(page.offset, page.size);
                                 last.end = std::max(last.end, end.value_or(UINT64_MAX));
                               }));
  last.known = last.looked_at == count || last.end > table_end + header.block_size;
  return last;
}

}  // namespace

void CheckKdumpCompleteness(ByteSource& source, const KdumpHeader& header, VmcoreInfo& info) {
  if (auto marked = MarkedIncomplete(header)) {
    info.complete = false;
    info.diagnostics.push_back({*std::move(marked)});
  }
  const auto size = source.Size();
  if (!size) return;
  CheckPromisedEnd(info, size, header.notes.End().value_or(0), "the notes");

  PromisedEnd promised(header);
  bool last_page_known = false;
  if (header.descriptors_offset() <= *size && header.bitmap_size() / 2 <= kMaxBitmapOnOpen) {
    auto table_end = DescriptorTableEnd(source, header);
    if (!table_end) {
      info.diagnostics.push_back({std::move(table_end).error()});
    } else if (*table_end > *size) {
      promised.Extend(*table_end, "the table of page descriptors");
      last_page_known = true;
    } else if (auto last = ReadLastPages(source, header, *table_end)) {
      promised.Extend(last->end, "the last page");
      last_page_known = last->known;
      if (last->lost > 0) {
        info.complete = false;
        info.diagnostics.push_back(
            {Error(ErrorCode::kTruncated, std::to_string(last->lost) + " of the last " +
                                              std::to_string(last->looked_at) +
                                              " page descriptors have no page")});
      }
    }
  }
  if (promised.what() != "the notes") {
    CheckPromisedEnd(info, size, promised.end(), promised.what());
  }
  if (!last_page_known && info.complete == true) info.complete = std::nullopt;
}

Result<uint64_t> KdumpTablesEnd(ByteSource& source, const KdumpHeader& header) {
  const uint64_t tables = DescriptorTableEnd(source, header).value_or(header.descriptors_offset());
  return std::max(tables, header.notes.End().value_or(0));
}

namespace {

class PageCheck {
 public:
  PageCheck(const KdumpHeader& header, uint64_t size, uint64_t table_end)
      : header_(header), size_(size), table_end_(table_end), data_end_(table_end) {}

  void Add(uint64_t at, const PageDescriptor& page) {
    const auto problem = [at](ErrorCode code, std::string text) {
      return Error(code, "page descriptor: " + std::move(text)).At(at);
    };
    if (page.offset == 0) {
      lost_.Add([&] { return problem(ErrorCode::kTruncated, "the page was lost"); });
      return;
    }
    if (page.size == 0 || page.size > header_.block_size) {
      size_wrong_.Add([&] {
        return problem(ErrorCode::kCorrupt, "size: expected 1 to " +
                                                std::to_string(header_.block_size) + ", found " +
                                                std::to_string(page.size));
      });
    }
    if ((page.flags & ~kKnownPageFlags) != 0) {
      flags_wrong_.Add([&] {
        return problem(ErrorCode::kUnsupported, "unknown flags " + std::to_string(page.flags));
      });
    }
    const uint64_t end = CheckedAdd(page.offset, page.size).value_or(UINT64_MAX);
    if (end > size_) {
      past_end_.Add([&] {
        return problem(ErrorCode::kTruncated, "the page ends at " + std::to_string(end) +
                                                  ", the file at " + std::to_string(size_));
      });
    } else if (page.offset < table_end_ || Overlaps(page.offset, end, header_.notes) ||
               Overlaps(page.offset, end, header_.eraseinfo)) {
      misplaced_.Add([&] {
        return problem(ErrorCode::kCorrupt,
                       "the page at " + std::to_string(page.offset) + " is not where pages are");
      });
    }
    data_end_ = std::max(data_end_, end);
  }

  void Report(const VmcoreReader::ReportCallback& report) const {
    for (const Problem* problem : {&lost_, &size_wrong_, &flags_wrong_, &past_end_, &misplaced_}) {
      problem->Report(report);
    }
  }
  uint64_t data_end() const { return data_end_; }

 private:
  static bool Overlaps(uint64_t begin, uint64_t end, const ByteRange& range) {
    return range.size > 0 && begin < range.End().value_or(UINT64_MAX) && end > range.offset;
  }

  const KdumpHeader& header_;
  uint64_t size_;
  uint64_t table_end_;
  uint64_t data_end_;
  Problem lost_{"pages"};
  Problem size_wrong_{"pages"};
  Problem flags_wrong_{"pages"};
  Problem past_end_{"pages"};
  Problem misplaced_{"pages"};
};

void VerifyBitmapSize(const KdumpHeader& header, const VmcoreReader::ReportCallback& report) {
  // Before version 6 max_mapnr is what fitted in 32 bits; 0 is a sub header that a
  // truncated flattened file does not have.
  if (header.header_version < 6 || header.max_mapnr == 0) return;
  const uint64_t bytes = header.max_mapnr / 8 + (header.max_mapnr % 8 != 0);
  const uint64_t blocks = bytes / header.block_size + (bytes % header.block_size != 0);
  if (header.bitmap_blocks == 2 * blocks) return;
  report({Error(ErrorCode::kCorrupt, "bitmap_blocks: expected " + std::to_string(2 * blocks) +
                                         " for " + std::to_string(header.max_mapnr) +
                                         " pages, found " + std::to_string(header.bitmap_blocks))});
}

}  // namespace

Result<void> VerifyKdumpStructure(ByteSource& source,
                                  const KdumpHeader& header,
                                  const VmcoreReader::ReportCallback& report,
                                  const ProgressCallback& progress) {
  if (auto marked = MarkedIncomplete(header)) report({*std::move(marked)});
  VerifyBitmapSize(header, report);
  const uint64_t size = source.Size().value_or(0);
  for (const auto& [range, what] : {std::pair(header.notes, "the notes"),
                                    std::pair(header.eraseinfo, "the erase information")}) {
    if (auto missing = MissingBytes(size, range.End().value_or(0), what)) report({*missing});
  }

  auto table_end = DescriptorTableEnd(source, header);
  if (!table_end) {
    if (table_end.error().code() == ErrorCode::kIo) return tl::unexpected(table_end.error());
    report({std::move(table_end).error()});
    return {};
  }
  if (auto missing = MissingBytes(size, *table_end, "the table of page descriptors")) {
    report({*missing});
  }
  const uint64_t begin = header.descriptors_offset();
  const uint64_t there = std::min(*table_end, std::max(size, begin)) - begin;
  PageCheck pages(header, size, *table_end);
  VMCOREDD_TRY(WalkDescriptors(source, header.order, begin,
                               begin + there / kPageDescriptorBytes * kPageDescriptorBytes,
                               [&](uint64_t at, const PageDescriptor& page) {
                                 pages.Add(at, page);
                                 const uint64_t done = at - begin;
                                 if (progress && done % kProgressStep == 0) progress(done);
                               }));
  pages.Report(report);

  PromisedEnd promised(header);
  promised.Extend(pages.data_end(), "the last page");
  if (header.split) {
    // makedumpfile sizes the table of every piece for the pages of all, and puts
    // the page of zeros behind it (seen in a piece whose own range was empty).
    KdumpHeader whole = header;
    whole.split = false;
    const auto room = DescriptorTableEnd(source, whole);
    if (room) promised.Extend(*room + header.block_size, "the table of page descriptors");
  }
  ReportTrailingBytes(size, promised.end(), report);
  return {};
}

}  // namespace vmcoredd
