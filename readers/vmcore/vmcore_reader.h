// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_VMCORE_READER_H_
#define READERS_VMCORE_VMCORE_READER_H_

#include <bit>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

enum class VmcoreFormat { kElf, kKdump, kElfFlattened, kKdumpFlattened, kArchive };

// "elf", "kdump", "elf-flattened", "kdump-flattened" or "archive".
std::string_view VmcoreFormatName(VmcoreFormat format);

// Something that is wrong with a file but does not keep the rest from being
// read. The program shows it and exits with 1.
struct Diagnostic {
  Error error;
};

// What the headers of a vmcore say. Strings are raw bytes from the file.
struct VmcoreInfo {
  VmcoreFormat format = VmcoreFormat::kElf;
  std::string variant;      // "ELF64 little-endian", "kdump-compressed v6 64-bit", ...
  std::string compression;  // around the file: "", "gzip", "zstd", ...
  std::string arch;         // as uname -m: "x86_64"; empty if unknown
  std::string release;      // utsname or OSRELEASE= of VMCOREINFO; empty if unknown
  std::string nodename;     // empty if unknown
  std::endian order = std::endian::little;
  uint64_t page_size = 0;  // 0 if unknown
  int64_t crash_time = 0;  // seconds since 1970 UTC, 0 if unknown
  uint32_t cpus = 0;       // 0 if unknown
  uint32_t pieces = 1;     // of a split set, that were given
  // Is everything there that the headers promise? Nothing when it would take
  // reading the whole file to know: a flattened file through --leading, a pipe, a
  // compressed file, and kdump files of machines with more than
  // kMaxBitmapOnOpen (kdump_completeness.h) of page bitmap.
  std::optional<bool> complete;
  std::vector<Diagnostic> diagnostics;
};

// One vmcore, archive or split set: its facts, its notes, and its bytes. The
// formats differ only in where notes and data are; everything about device
// dumps (device_dump_table.h) is built on this interface.
//
// Reading memory pages (by physical address) will become one more method here;
// nothing else needs to change for it.
class VmcoreReader {
 public:
  virtual ~VmcoreReader() = default;

  virtual const VmcoreInfo& info() const = 0;

  // The ranges that hold notes, in the order in which tools walk them.
  virtual const std::vector<ByteRange>& note_segments() const = 0;

  // The logical file: unflattened and decompressed. All offsets that readers
  // report are in it. For a split set: the first piece (all pieces hold the same
  // notes at the same place; that is checked on opening).
  virtual ByteSource& data() = 0;

  // What ended the stream below data() early (a decompressor's complaint, a pipe's
  // read error), as far as it is known by now: reading on may find it.
  virtual std::optional<Error> stream_damage() const { return std::nullopt; }

  // Reads the stream below data() to its end, where a compressed file has its
  // checksum: until then nobody knows whether the bytes before it are right, and
  // stream_damage() does afterwards. Of what was not read before, only what lies
  // below `keep_until` can be read afterwards. Does nothing for a file that is not
  // a stream.
  virtual Result<void> ReadStreamToEnd(uint64_t keep_until, const ProgressCallback& progress) {
    static_cast<void>(keep_until);
    static_cast<void>(progress);
    return {};
  }

  // Reads everything that headers promise but opening does not look at: every
  // page descriptor, every segment end, the whole of a stream. Calls `report` for
  // each problem; those that opening found are among them. Does not look into the
  // notes: ReadDeviceDumps() does. `progress` counts bytes that the check looked
  // at. Fails only when the check itself cannot go on.
  using ReportCallback = std::function<void(Diagnostic)>;
  virtual Result<void> VerifyStructure(const ReportCallback& report,
                                       const ProgressCallback& progress) = 0;
};

}  // namespace vmcoredd

#endif  // READERS_VMCORE_VMCORE_READER_H_
