// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_FLATTENED_H_
#define VMCOREDD_FORMAT_FLATTENED_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/result.h"

// makedumpfile's flattened format (struct makedumpfile_header and
// makedumpfile_data_header of its makedumpfile.h), as specified in
// vmcoredd/FORMAT.md ("Flattened"): a 4096-byte header, then records {i64 offset,
// i64 size, bytes}, big endian whatever the machine, in any order, a later record
// wins, gaps read as zeros, ended by a record header of all ones.

namespace vmcoredd {

inline constexpr uint64_t kFlattenedHeaderBytes = 4096;
inline constexpr uint64_t kFlattenedRecordHeaderBytes = 16;
using FlattenedRecordHeader = std::array<std::byte, kFlattenedRecordHeaderBytes>;

FlattenedRecordHeader EncodeFlattenedRecord(uint64_t logical_offset, uint64_t size);
FlattenedRecordHeader FlattenedEndMarker();

// One record of a flattened file.
struct FlattenedRecord {
  uint64_t header_offset = 0;   // in the flattened file
  uint64_t logical_offset = 0;  // in the file that it describes
  uint64_t size = 0;

  uint64_t data_offset() const { return header_offset + kFlattenedRecordHeaderBytes; }
};

// Is there a flattened header at the start? kCorrupt when the signature is there
// with an unknown type or version.
Result<bool> IsFlattened(ByteSource& source);

// What a record header read at `header_offset` says: a record, or the end marker
// (nullopt). kCorrupt for negative offsets or sizes and overflowing ends.
Result<std::optional<FlattenedRecord>> DecodeFlattenedRecord(
    std::span<const std::byte, kFlattenedRecordHeaderBytes> bytes, uint64_t header_offset);

// More than this is refused. makedumpfile 1.7.2 makes a record of page data and one
// of page descriptors for each 64 KiB of a kdump, QEMU one for each 16 KiB: these
// are vmcores of 8 and 4 TiB. `runs` (see FlattenedSource) are 8 TiB of what
// makedumpfile writes, and 1.4 TiB of memory in what QEMU does.
struct FlattenedLimits {
  uint64_t records = uint64_t{1} << 28;  // at most 2^32
  size_t runs = size_t{1} << 19;
};

// The file that a flattened file describes, as a ByteSource.
//
// Opening walks all record headers once, 16 bytes a record, and remembers the
// *runs*: ranges of the logical file that records near each other continue, at most
// 1024 of them, and where in the flattened file those begin. A read decodes the
// headers of the runs that it touches, and reads each byte once, however many
// records describe it. Memory: 64 bytes a run (32 MiB at the limit), and 1.5 MiB of
// decoded headers.
class FlattenedSource final : public ByteSource {
 public:
  enum class Extent {
    kAll,      // every record
    kLeading,  // only the first records, which hold headers and notes: fast, but
               // a later record may override them
  };
  struct State {
    uint64_t records = 0;
    uint64_t logical_end = 0;  // one past the last byte any record describes
    // Where the end marker stands in the flattened file; nothing when the file
    // ends without one (truncated, or still being written) or with kLeading.
    std::optional<uint64_t> end_marker;
    // Bytes of the flattened file that were understood: where a truncated file
    // stops making sense.
    uint64_t valid_until = 0;
    // Why the walk ended without end marker, if it did.
    std::optional<Error> damage;
  };

  // `flattened` is borrowed and must outlive the source. kNotRecognised when
  // there is no flattened header, kLimitExceeded above the limits. A file that ends early is not an
  // error: see State::damage.
  static Result<std::unique_ptr<FlattenedSource>> Open(ByteSource& flattened,
                                                       Extent extent,
                                                       const FlattenedLimits& limits = {});
  ~FlattenedSource() override;

  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override;
  std::optional<uint64_t> Size() const override;
  const State& state() const;

  // Where each byte from `offset` on is in the flattened file: in the last record that
  // describes it, or kNowhere when it is zero because none does.
  static constexpr uint64_t kNowhere = UINT64_MAX;
  Result<void> Locate(uint64_t offset, std::span<uint64_t> places);

  // Visits every record in file order, reading the headers again.
  Result<void> WalkRecords(const std::function<Result<void>(const FlattenedRecord&)>& visit);

 private:
  class Impl;
  explicit FlattenedSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_FORMAT_FLATTENED_H_
