// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/vmcoredd/writer/support.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "vmcoredd/base/endian.h"
#include "vmcoredd/format/manifest_parser.h"
#include "vmcoredd/format/note.h"

namespace vmcoredd::testing {

namespace fs = std::filesystem;

Bytes SamplePayload(std::string_view name, size_t size) {
  uint32_t seed = 2166136261u;
  for (const char c : name) seed = (seed ^ static_cast<unsigned char>(c)) * 16777619u;
  Bytes payload(size, std::byte{0xa5});
  for (size_t i = 0; i < size / 4; ++i) {
    seed = seed * 1664525u + 1013904223u;
    StoreInt<uint32_t>(payload.data() + 4 * i, i % 64 >= 48 ? seed : seed & 0xff,
                       std::endian::little);
  }
  return payload;
}

Bytes ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto bytes = AsBytes(text);
  return {bytes.begin(), bytes.end()};
}

void WriteFile(const std::string& path, std::span<const std::byte> bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  EXPECT_TRUE(out.flush()) << path;
}

std::span<const std::byte> AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes Slice(const Bytes& bytes, ByteRange range) {
  EXPECT_LE(range.offset + range.size, bytes.size());
  if (range.offset + range.size > bytes.size()) return {};
  const auto slice = std::span(bytes).subspan(range.offset, range.size);
  return {slice.begin(), slice.end()};
}

std::string SamplePath(const std::string& file) {
  const char* folder = std::getenv("VMCOREDD_SAMPLES");
  if (folder == nullptr) return {};
  const std::string path = std::string(folder) + "/" + file;
  return fs::exists(path) ? path : std::string();
}

std::vector<ReadNote> ReadNotes(ByteSource& source, ByteRange segment, std::endian order) {
  std::vector<ReadNote> notes;
  const auto walked = WalkNotes(source, segment, order, [&](const Note& note) -> Result<bool> {
    Bytes descriptor(note.descriptor.size);
    VMCOREDD_TRY(ReadExactAt(source, note.descriptor.offset, descriptor, "descriptor"));
    notes.push_back({note, std::move(descriptor)});
    return true;
  });
  EXPECT_TRUE(walked) << walked.error().ToString();
  return notes;
}

std::vector<ReadDump> DumpsOf(const std::vector<ReadNote>& notes) {
  std::vector<ReadDump> dumps;
  for (const auto& [note, descriptor] : notes) {
    if (note.type != kDumpNoteType || note.owner != kDumpNoteOwner) continue;
    const std::string field = AsText(descriptor).substr(0, kDumpNameBytes);
    dumps.push_back({field.substr(0, field.find('\0')),
                     Bytes(descriptor.begin() + kDumpNameBytes, descriptor.end()), note.note});
  }
  return dumps;
}

std::vector<ManifestFragment> FragmentsOf(const std::vector<ReadNote>& notes) {
  std::vector<ManifestFragment> fragments;
  for (const auto& [note, descriptor] : notes) {
    if (note.type != kManifestNoteType || note.owner != kManifestNoteOwner) continue;
    auto fragment = ParseManifest(AsText(descriptor));
    EXPECT_TRUE(fragment) << fragment.error().ToString();
    if (fragment) fragments.push_back(*std::move(fragment));
  }
  return fragments;
}

void TempFolderTest::SetUp() {
  std::string pattern = (fs::temp_directory_path() / "writer_test_XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  folder_ = pattern;
}
void TempFolderTest::TearDown() { fs::remove_all(folder_); }

}  // namespace vmcoredd::testing
