// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_LAYOUT_IMPORT_REGISTER_MODEL_H_
#define READERS_LAYOUT_IMPORT_REGISTER_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What a register description says, whatever its language: blocks of registers, and the bits
// of registers. Importers make it, the layout writer turns it into TOML. Offsets and sizes
// are in bits, since some languages place registers so. Names and texts are those of the
// input: the writer makes them fit.

namespace vmcoredd::internal {

struct ImportedEnumEntry {
  uint64_t low = 0;
  uint64_t high = 0;
  std::string text;
};

struct ImportedEnum {
  std::vector<ImportedEnumEntry> entries;
  std::string fallback;  // of all other values; empty: none
  bool empty() const { return entries.empty() && fallback.empty(); }
};

struct ImportedBits {
  std::string name, text, access;
  uint64_t low = 0;    // in the register
  uint64_t width = 0;  //
  ImportedEnum values;
  size_t line = 0;
};

struct ImportedItem {
  bool is_block = false;
  std::string name, text, access;
  uint64_t offset = 0;              // in the block it is in
  std::optional<uint64_t> size;     // of a block nothing: to the end of its last item
  std::optional<uint64_t> count;    // an array
  uint64_t stride = 0;              // from one element to the next
  std::vector<ImportedItem> items;  // of a block
  std::vector<ImportedBits> bits;   // of a register
  size_t line = 0;                  // of the input, for messages; 0: none
};

// Deeper than any register map, and bounds the recursion over it.
inline constexpr size_t kMaxImportDepth = 16;
// Blocks, registers and bits together, arrays expanded. The largest SVD files that are
// published have a fifth of it.
inline constexpr size_t kMaxImportItems = 200'000;
// Farther out no device has registers; also keeps sums of offsets far from 2^64.
inline constexpr uint64_t kMaxImportBits = uint64_t{1} << 50;

}  // namespace vmcoredd::internal

#endif  // READERS_LAYOUT_IMPORT_REGISTER_MODEL_H_
