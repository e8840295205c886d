// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_TRACE_PAGE_H_
#define VMCOREDD_COLLECTOR_WATCH_TRACE_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "vmcoredd/base/result.h"

namespace vmcoredd::watch {

// Where the parts of a page of trace_pipe_raw are: events/header_page. The defaults are
// those of 64-bit kernels.
struct TracePageLayout {
  size_t commit_offset = 8, commit_size = 8;
  size_t data_offset = 16, data_size = 4080;

  size_t page_size() const { return data_offset + data_size; }
};
Result<TracePageLayout> ParsePageLayout(std::string_view header_page);

struct TracePageEnd {
  bool has_lost = false;  // records before this page were overwritten
  uint64_t lost = 0;      // so many, 0 if the kernel does not say
};

// Visits the records of a page (kernel/trace/ring_buffer.c, include/linux/ring_buffer.h),
// in this machine's byte order, with their time in ns of the instance's clock.
// kTruncated, kCorrupt with the offset, after those before it.
using TraceRecordVisitor = std::function<void(uint64_t time_ns, std::span<const std::byte> record)>;
Result<TracePageEnd> VisitTracePage(std::span<const std::byte> page,
                                    const TracePageLayout& layout,
                                    const TraceRecordVisitor& visit);

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_TRACE_PAGE_H_
