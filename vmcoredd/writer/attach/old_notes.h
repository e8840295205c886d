// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_ATTACH_OLD_NOTES_H_
#define VMCOREDD_WRITER_ATTACH_OLD_NOTES_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd::attach {

// What attach and detach need to know of the notes that a vmcore has.
struct OldNotes {
  // From the start of the segment to the end of its last note. What follows in
  // the segment, if anything, is padding: crash and makedumpfile would take it
  // for notes if new ones came behind it.
  ByteRange kept;
  std::optional<ByteRange> last_fragment;  // descriptor of the last manifest fragment
  bool ends_with_fragment = false;         // nothing comes behind that fragment
  uint64_t page_size = 0;                  // PAGESIZE= of VMCOREINFO, 0 if unknown
};

// Walks the notes of `segment`. kRefused when they are damaged or not all there:
// nothing can be put behind them then.
Result<OldNotes> SurveyNotes(ByteSource& source, ByteRange segment, std::endian order);

// The fragment that the last attach left, with an attach record of this kind.
// kNotFound when nothing is attached; kRefused when something came behind it or it
// is of another kind: the vmcore was converted since.
Result<ManifestFragment> ReadAttachFragment(ByteSource& source,
                                            const OldNotes& notes,
                                            std::string_view kind);

// A value of an attach record. kCorrupt when it is missing or malformed.
Result<uint64_t> NumberIn(const AttachRecord& record, std::string_view key);
Result<std::vector<std::byte>> BytesIn(const AttachRecord& record, std::string_view key);

// kRefused unless the two ranges of `source`, of equal size, hold the same bytes.
Result<void> CheckSameBytes(ByteSource& source, uint64_t a, uint64_t b, uint64_t size);

// The same error as a kRefused one, behind "context: ".
tl::unexpected<Error> Refuse(const Error& error, std::string_view context);

}  // namespace vmcoredd::attach

#endif  // VMCOREDD_WRITER_ATTACH_OLD_NOTES_H_
