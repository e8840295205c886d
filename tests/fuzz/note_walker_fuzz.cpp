// SPDX-License-Identifier: LGPL-2.1-or-later
// The first byte chooses byte order and how much longer than the source the
// segment claims to be; the rest is the segment.
#include "vmcoredd/format/note_walker.h"

#include "tests/fuzz/fuzz_input.h"

using namespace vmcoredd;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const fuzz::Input input(data + 1, size - 1);
  const std::endian order = (data[0] & 1) != 0 ? std::endian::big : std::endian::little;
  const uint64_t beyond = data[0] >> 1;
  MemorySource source(input.bytes());
  const ByteRange segment{0, input.bytes().size() + beyond};

  uint64_t end = 0;
  bool last = false;
  const auto walked = WalkNotes(source, segment, order, [&](const Note& note) -> Result<bool> {
    const auto note_end = note.note.End();
    const auto descriptor_end = note.descriptor.End();
    fuzz::Require(!last, "a note cut by the end of the source ends the walk");
    fuzz::Require(note_end && *note_end <= segment.size, "a note lies in its segment");
    fuzz::Require(note.note.offset >= end, "notes come in order and do not overlap");
    fuzz::Require(note.descriptor.offset >= note.note.offset + 12 && descriptor_end &&
                      *descriptor_end <= *note_end,
                  "a descriptor lies in its note");
    fuzz::Require(note.owner.size() <= kMaxOwnerBytes, "an owner is bounded");
    end = *note_end;
    last = *descriptor_end > input.bytes().size();
    return true;
  });
  if (!walked) {
    fuzz::Require(walked.error().offset().has_value(), "a walk's error has an offset");
    fuzz::RequirePrintable(walked.error());
  }
  return 0;
}
