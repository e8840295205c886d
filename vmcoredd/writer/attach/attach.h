// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_ATTACH_ATTACH_H_
#define VMCOREDD_WRITER_ATTACH_ATTACH_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// One dump to attach: its payload as stored in the archive (codec and all,
// without padding), one range a part.
struct DumpToAttach {
  std::string name;              // raw bytes, at most 44
  ByteSource* source = nullptr;  // borrowed
  std::vector<ByteRange> parts;  // stored bytes in `source`
  ManifestDump manifest;         // what the archive says of it
};

struct AttachOptions {
  ProgressCallback progress;
  // Called before a container that must be copied as a whole is copied, with the
  // bytes that will be written; false ends the attach with kRefused.
  std::function<bool(uint64_t bytes)> confirm_full_copy;
};

struct AttachResult {
  std::string kind;  // "kdump", "flattened" or "elf"
  uint64_t bytes_written = 0;
  uint64_t dumps = 0;
  bool cloned = false;  // ELF: blocks were shared with FICLONERANGE
};

// Adds notes for `dumps` and one manifest fragment to the vmcore at `path`, in
// the way that FORMAT.md ("Attach") gives for its container, so that a crash at
// any instruction leaves the old or the new file, both readable. The notes are
// rounded to the vmcore's page size and written in its byte order.
//
// kRefused, with the reason, for: truncated and incomplete files, flattened
// files without end marker or with bytes behind it, pieces of split sets, 32-bit
// kdump-compressed, header versions without notes, and when everything before
// the first PT_LOAD would pass 0x7fff0000 bytes. On any error the file is as it
// was before.
Result<AttachResult> AttachToVmcore(const std::string& path,
                                    const std::vector<DumpToAttach>& dumps,
                                    ManifestFragment fragment,
                                    const AttachOptions& options);

// Copies a flattened kdump from descriptor `in` to `out`, adding the notes
// before the end marker. Both may be pipes. The copy has no detach record that
// could restore a file; the fragment says so.
Result<AttachResult> AttachToFlattenedStream(int in,
                                             int out,
                                             const std::vector<DumpToAttach>& dumps,
                                             ManifestFragment fragment,
                                             const AttachOptions& options);

// Undoes the last attach of the vmcore at `path`, bit for bit. kNotFound when
// nothing is attached; kRefused when the file changed since.
Result<AttachResult> DetachFromVmcore(const std::string& path, const AttachOptions& options);

}  // namespace vmcoredd

#endif  // VMCOREDD_WRITER_ATTACH_ATTACH_H_
