// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_VMCOREDD_WRITER_SUPPORT_H_
#define TESTS_UNIT_VMCOREDD_WRITER_SUPPORT_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/format/manifest.h"
#include "vmcoredd/format/note_walker.h"

namespace vmcoredd::testing {

using Bytes = std::vector<std::byte>;

// The payload that the samples' kernel module made: FNV-1a of the name seeds a
// linear congruential generator; see tests/support/README.md.
Bytes SamplePayload(std::string_view name, size_t size);

Bytes ReadFile(const std::string& path);
void WriteFile(const std::string& path, std::span<const std::byte> bytes);
std::span<const std::byte> AsBytes(std::string_view text);
std::string AsText(std::span<const std::byte> bytes);
Bytes Slice(const Bytes& bytes, ByteRange range);

// The path of a real vmcore. Empty when the environment variable VMCOREDD_SAMPLES
// does not name a folder that holds it: the test is then skipped with kNoSamples.
inline constexpr char kNoSamples[] = "VMCOREDD_SAMPLES does not name the folder of the samples";
std::string SamplePath(const std::string& file);

// A note with its descriptor in memory.
struct ReadNote {
  Note note;
  Bytes descriptor;
};
std::vector<ReadNote> ReadNotes(ByteSource& source, ByteRange segment, std::endian order);

// One 0x700 note.
struct ReadDump {
  std::string name;
  Bytes payload;
  ByteRange note;
};
std::vector<ReadDump> DumpsOf(const std::vector<ReadNote>& notes);
// The manifest fragments; a fragment that does not parse fails the test.
std::vector<ManifestFragment> FragmentsOf(const std::vector<ReadNote>& notes);

class TempFolderTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;
  std::string folder_;
};

}  // namespace vmcoredd::testing

#endif  // TESTS_UNIT_VMCOREDD_WRITER_SUPPORT_H_
