// SPDX-License-Identifier: LGPL-2.1-or-later
// Differential: our walk and libelf's gelf_getnote() must see the same notes in
// the same bytes. The first byte chooses the byte order.
#include <gelf.h>
#include <libelf.h>

#include <vector>

#include "tests/fuzz/fuzz_input.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/format/note_walker.h"

using namespace vmcoredd;

namespace {

struct Seen {
  uint64_t offset;
  uint32_t type;
  ByteRange descriptor;
  friend bool operator==(const Seen&, const Seen&) = default;
};

// libelf needs a file around the notes: an ELF header and the bytes behind it.
std::vector<char> MakeElf(std::span<const std::byte> notes, std::endian order) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = order == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  StoreInt(reinterpret_cast<std::byte*>(&header.e_type), uint16_t{ET_CORE}, order);
  StoreInt(reinterpret_cast<std::byte*>(&header.e_version), uint32_t{EV_CURRENT}, order);
  std::vector<char> file(sizeof header + notes.size());
  std::memcpy(file.data(), &header, sizeof header);
  if (!notes.empty()) std::memcpy(file.data() + sizeof header, notes.data(), notes.size());
  return file;
}

std::vector<Seen> WalkWithLibelf(std::span<const std::byte> notes, std::endian order) {
  std::vector<Seen> seen;
  auto file = MakeElf(notes, order);
  elf_version(EV_CURRENT);
  Elf* const elf = elf_memory(file.data(), file.size());
  fuzz::Require(elf != nullptr, "libelf takes the header made for it");
  Elf_Data* const data =
      elf_getdata_rawchunk(elf, sizeof(Elf64_Ehdr), static_cast<size_t>(notes.size()), ELF_T_NHDR);
  size_t offset = 0;
  GElf_Nhdr note;
  size_t name = 0;
  size_t descriptor = 0;
  while (data != nullptr) {
    const size_t next = gelf_getnote(data, offset, &note, &name, &descriptor);
    if (next == 0) break;
    seen.push_back({offset, note.n_type, {descriptor, note.n_descsz}});
    offset = next;
  }
  elf_end(elf);
  return seen;
}

bool IsEmpty(const Seen& note, std::span<const std::byte> notes) {
  for (uint64_t i = 0; i < 12; ++i) {
    if (notes[note.offset + i] != std::byte{0}) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const fuzz::Input input(data + 1, size - 1);
  const std::endian order = (data[0] & 1) != 0 ? std::endian::big : std::endian::little;
  MemorySource source(input.bytes());

  std::vector<Seen> ours;
  (void)WalkNotes(source, {0, input.bytes().size()}, order, [&](const Note& note) -> Result<bool> {
    ours.push_back({note.note.offset, note.type, note.descriptor});
    return true;
  });
  const auto theirs = WalkWithLibelf(input.bytes(), order);
  for (size_t i = 0; i < theirs.size(); ++i) {
    // libelf takes a header of zeros for a note of twelve bytes, we take it for
    // padding, which need not be a multiple of twelve: from there on they differ.
    if (IsEmpty(theirs[i], input.bytes())) return 0;
    fuzz::Require(i < ours.size(), "libelf sees a note that we do not");
    fuzz::Require(ours[i] == theirs[i], "libelf sees a note differently");
  }
  // We take a last note whose padding lies outside of the segment, libelf does not.
  if (ours.size() == theirs.size() + 1) {
    const auto end = ours.back().descriptor.End();
    if (end && AlignUp(*end, 4) > input.bytes().size()) return 0;
  }
  fuzz::Require(ours.size() == theirs.size(), "we see a note that libelf does not");
  return 0;
}
