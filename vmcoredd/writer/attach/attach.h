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
  std::string name;              // raw bytes, at most 44 (the last is cut off)
  ByteSource* source = nullptr;  // borrowed
  std::vector<ByteRange> parts;  // stored bytes in `source`
  // What the archive says of it; its name, ordinal, stored and parts are filled in
  // here. Its hash is taken over, not checked.
  ManifestDump manifest;
};

struct AttachOptions {
  ProgressCallback progress;
  // Called before a container that must be copied as a whole is copied, with the
  // bytes that will be written; false ends the attach with kRefused.
  std::function<bool(uint64_t bytes)> confirm_full_copy;
  // Where a stream's headers and notes are kept meanwhile. Empty: $TMPDIR, or
  // else /var/tmp.
  std::string spool_folder;
};

struct AttachResult {
  std::string kind;  // "kdump", "flattened", "elf" or "flattened-elf"
  uint64_t bytes_written = 0;
  uint64_t dumps = 0;
  bool cloned = false;  // ELF and flattened ELF: blocks were shared with FICLONERANGE
};

// Adds notes for `dumps` and one manifest fragment to the vmcore at `path`, in
// the way that FORMAT.md ("Attach") gives for its container, so that a crash at
// any instruction leaves the old or the new file, both readable. The notes are
// rounded to the vmcore's page size and written in its byte order.
//
// kRefused, with the reason, for: truncated and incomplete files, flattened
// files without end marker or with bytes behind it, pieces of split sets, 32-bit
// kdump-compressed, header versions without notes, files that another process has
// locked or that are no regular files, and when everything before the first PT_LOAD
// would pass 0x7fff0000 bytes. On any error the file is as it was before; only when the
// last step of all fails, syncing the folder of a rebuilt ELF, flattened or not, is the
// new file in place, and the error says so.
Result<AttachResult> AttachToVmcore(const std::string& path,
                                    const std::vector<DumpToAttach>& dumps,
                                    const ManifestFragment& fragment,
                                    const AttachOptions& options);

// Copies a flattened kdump from descriptor `in` to `out`, adding the notes in the
// place of the end marker. Both may be pipes; memory is one window. Detach from
// the file that `out` becomes restores what came from `in`.
//
// The vmcore is never lost: whenever notes cannot be added (the stream is
// something else, a flattened ELF, truncated, refused as above, or a dump cannot be read) the error
// is returned after the input was passed on to its end as it came (a dump that
// cannot be read leaves a record that nothing points to). Only a failure to read
// `in` or to write `out` ends the copy.
Result<AttachResult> AttachToFlattenedStream(int in,
                                             int out,
                                             const std::vector<DumpToAttach>& dumps,
                                             const ManifestFragment& fragment,
                                             const AttachOptions& options);

// Undoes the last attach of the vmcore at `path`, bit for bit; `dumps` of the
// result says how many dumps are gone. kNotFound when nothing is attached;
// kRefused when the file changed since. On errors the same holds as for attach.
Result<AttachResult> DetachFromVmcore(const std::string& path, const AttachOptions& options);

}  // namespace vmcoredd

#endif  // VMCOREDD_WRITER_ATTACH_ATTACH_H_
