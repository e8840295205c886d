// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/note.h"

#include <algorithm>

namespace vmcoredd {

namespace {

template <size_t N>
void StoreU32(std::array<std::byte, N>& field, uint32_t value, std::endian order) {
  static_assert(N == 4);
  StoreInt(field.data(), value, order);
}

}  // namespace

VmcoreddHeader MakeVmcoreddHeader(std::string_view name, uint64_t note_size, std::endian order) {
  VmcoreddHeader header{};
  StoreU32(header.n_namesz, uint32_t{sizeof header.name}, order);
  StoreU32(header.n_descsz, static_cast<uint32_t>(note_size - offsetof(VmcoreddHeader, dump_name)),
           order);
  StoreU32(header.n_type, kDumpNoteType, order);
  std::copy(kDumpNoteOwner.begin(), kDumpNoteOwner.end(), header.name.begin());
  name = name.substr(0, kMaxDumpNameLength);
  std::copy(name.begin(), name.end(), header.dump_name.begin());
  return header;
}

std::string MakeNoteHead(std::string_view owner,
                         uint32_t type,
                         uint32_t descriptor_size,
                         std::endian order) {
  const auto name_size = static_cast<uint32_t>(owner.size() + 1);
  std::string head(kElfNoteHeaderBytes + AlignUp(name_size, 4), '\0');
  auto* bytes = reinterpret_cast<std::byte*>(head.data());
  StoreInt(bytes, name_size, order);
  StoreInt(bytes + 4, descriptor_size, order);
  StoreInt(bytes + 8, type, order);
  std::copy(owner.begin(), owner.end(), head.begin() + kElfNoteHeaderBytes);
  return head;
}

}  // namespace vmcoredd
