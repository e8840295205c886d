// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_TRACE_FORMAT_H_
#define VMCOREDD_COLLECTOR_WATCH_TRACE_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/result.h"

namespace vmcoredd::watch {

// Where a field of a record is, from events/SYSTEM/EVENT/format, or of a page, from
// events/header_page: Documentation/trace/events.rst.
struct TraceField {
  std::string name;
  enum class Kind {
    kPlain,    // the bytes themselves
    kDataLoc,  // offset in the record (low half) and length of the bytes (high half)
    kRelLoc,   // the same, the offset from the end of this field
  } kind = Kind::kPlain;
  uint32_t offset = 0, size = 0;
};

struct TraceFormat {
  std::string name;
  uint16_t id = 0;  // common_type of its records
  std::vector<TraceField> fields;

  const TraceField* Find(std::string_view field) const;
};

// kCorrupt with the line for one that is no field, kNotRecognised without name or ID.
Result<TraceFormat> ParseTraceFormat(std::string_view text);

// A record of one event, at its fields. What does not fit the record is not there.
class TraceRecord {
 public:
  TraceRecord(const TraceFormat& format, std::span<const std::byte> bytes)
      : format_(format), bytes_(bytes) {}
  const TraceFormat& format() const { return format_; }
  // Up to the first NUL: raw bytes.
  std::optional<std::string> Text(std::string_view field) const;
  std::optional<uint64_t> Number(std::string_view field) const;

 private:
  std::optional<std::span<const std::byte>> Bytes(std::string_view field) const;
  const TraceFormat& format_;
  std::span<const std::byte> bytes_;
};

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_TRACE_FORMAT_H_
