// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_DUMP_SOURCE_H_
#define READERS_VMCORE_DUMP_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "readers/vmcore/device_dump_table.h"
#include "vmcoredd/base/byte_source.h"

namespace vmcoredd {

// The payload of a device dump as the device gave it, at any offset: parts joined, the
// codec undone, cut to the length where that is known. Of a damaged payload it has what
// is in front of the damage.
class DumpSource : public ByteSource {
 public:
  // Why the source ends before the dump does, as far as it is known by now: reading may
  // find more. Nothing: all is there.
  virtual const std::optional<Error>& damage() const = 0;
  // What the manifest's hash says. Nothing when there is none, or when nobody had to read
  // the whole payload yet: only a codec makes OpenDump() do so.
  virtual std::optional<bool> hash_matches() const = 0;
};

struct DumpSourceOptions {
  // Where a long payload with a codec is decoded to: an unlinked temporary file. Empty is
  // $TMPDIR or /var/tmp.
  std::string spool_folder;
  // What a hostile payload can make us decode; blocks of zeros take no space on the disk.
  uint64_t max_spool = uint64_t{64} * 1024 * 1024 * 1024;
  // Called with the stored bytes that have been decoded.
  ProgressCallback progress;
};

// A decoded payload of at most this length is kept in memory.
inline constexpr uint64_t kMaxDecodedInMemory = 4 * 1024 * 1024;

// Opens the payload of `dump`, a dump of `reader`. Without a codec nothing is read or
// copied, and the source borrows `reader`. With one it is decoded here, once.
//
// Damage is no failure: see damage(). Fails when nothing can be had: kUnsupported for a
// codec that this version does not know, kIo when there is no place for what is decoded.
Result<std::unique_ptr<DumpSource>> OpenDump(VmcoreReader& reader,
                                             const DeviceDump& dump,
                                             const DumpSourceOptions& options = {});

}  // namespace vmcoredd

#endif  // READERS_VMCORE_DUMP_SOURCE_H_
