// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/vmcoredd/writer/attach/attach_support.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/zstd_stream.h"
#include "vmcoredd/format/elf_headers.h"
#include "vmcoredd/format/flattened.h"

namespace vmcoredd::testing {

VmcoreView View(const std::string& path) {
  VmcoreView view;
  auto file = FileSource::Open(path);
  EXPECT_TRUE(file);
  ByteSource* source = file->get();
  std::unique_ptr<FlattenedSource> logical;
  if (*IsFlattened(*source)) {
    auto opened = FlattenedSource::Open(*source, FlattenedSource::Extent::kAll);
    EXPECT_TRUE(opened && (*opened)->state().end_marker);
    logical = *std::move(opened);
    source = logical.get();
  }
  std::endian order = std::endian::little;
  if (auto kdump = ReadKdumpHeader(*source)) {
    view.kdump = *kdump;
    view.segment = kdump->notes;
    order = kdump->order;
  } else {
    auto elf = ReadElfHeader(*source);
    EXPECT_TRUE(elf) << elf.error().ToString();
    order = elf->order;
    EXPECT_TRUE(
        WalkProgramHeaders(*source, *elf, [&](uint64_t, const ProgramHeader& phdr) -> Result<void> {
          if (phdr.type == 4) view.segment = {phdr.offset, phdr.filesz};
          return {};
        }));
  }
  view.notes = ReadNotes(*source, view.segment, order);
  view.dumps = DumpsOf(view.notes);
  view.fragments = FragmentsOf(view.notes);
  view.logical.resize(*source->Size());
  EXPECT_TRUE(ReadExactAt(*source, 0, view.logical, "all"));
  return view;
}

void DumpSet::Add(const std::string& name, Bytes payload, Codec codec) {
  DumpToAttach dump;
  dump.name = name;
  dump.manifest.name = name;
  dump.manifest.length = payload.size();
  dump.manifest.hash = HashOf(payload);
  dump.manifest.codec = codec;
  dump.manifest.source = "test";
  if (codec == Codec::kZstd) {
    BufferStream compressed;
    ZstdCompressStream zstd(compressed, 1);
    EXPECT_TRUE(zstd.Write(payload) && zstd.Finish());
    payload = compressed.bytes();
  }
  payloads_.push_back(std::move(payload));
  dump.parts = {{0, payloads_.back().size()}};
  sources_.push_back(std::make_unique<MemorySource>(payloads_.back()));
  dump.source = sources_.back().get();
  dumps_.push_back(std::move(dump));
}

void DumpSet::AddInParts(const std::string& name, Bytes payload, uint64_t part_size) {
  Add(name, std::move(payload));
  const uint64_t size = dumps_.back().parts[0].size;
  dumps_.back().parts.clear();
  for (uint64_t at = 0; at < size; at += part_size) {
    dumps_.back().parts.push_back({at, std::min(part_size, size - at)});
  }
}

void DumpSet::AddSource(const std::string& name, std::unique_ptr<ByteSource> source) {
  DumpToAttach dump;
  dump.name = name;
  dump.manifest.length = *source->Size();
  dump.parts = {{0, *source->Size()}};
  dump.source = source.get();
  sources_.push_back(std::move(source));
  dumps_.push_back(std::move(dump));
}

Result<size_t> FailingSource::ReadAt(uint64_t offset, std::span<std::byte> out) {
  if (offset + out.size() > good_) return FailIo("cannot read", EIO);
  std::fill(out.begin(), out.end(), std::byte{0x5a});
  return out.size();
}

void AttachTest::SetUp() {
  TempFolderTest::SetUp();
  options_.spool_folder = folder_;
  fragment_.generator = "test";
  fragment_.capture_id = std::string(32, 'a');
  fragment_.crash = std::string(32, 'b');
  set_.Add("plain", SamplePayload("plain", 10001));
  set_.Add("packed", SamplePayload("packed", 70000), Codec::kZstd);
}

std::string AttachTest::Make(const std::string& text, const std::string& name) {
  const std::string path = folder_ + "/" + name;
  const std::string text_path = path + ".txt";
  WriteFile(text_path, AsBytes(text));
  const std::string command =
      "python3 '" VMCOREDD_MKVMCORE "' '" + text_path + "' -o '" + path + "'";
  EXPECT_EQ(std::system(command.c_str()), 0) << text;
  std::filesystem::remove(text_path);
  return path;
}

std::string AttachTest::CopySample(const std::string& file) {
  const bool golden = file.starts_with("/");
  const std::string sample = golden ? file : SamplePath(file);
  if (sample.empty()) return {};
  const std::string path = folder_ + "/vmcore";
  const bool packed = file.ends_with(".zst");
  const std::string command =
      packed ? "zstd -qdc '" + sample + "' > '" + path + "'" : "cp '" + sample + "' '" + path + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::filesystem::permissions(path, std::filesystem::perms(0640));
  return path;
}

Result<AttachResult> AttachTest::Attach(const std::string& path) {
  return AttachToVmcore(path, set_.dumps(), fragment_, options_);
}
Result<AttachResult> AttachTest::Detach(const std::string& path) {
  return DetachFromVmcore(path, options_);
}

}  // namespace vmcoredd::testing
