// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_EXPORT_REGISTER_TEXT_H_
#define READERS_EXPORT_REGISTER_TEXT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "readers/export/hole_map.h"
#include "vmcoredd/base/output_stream.h"

namespace vmcoredd {

// Writes an image of registers, 32-bit little-endian words at their addresses, as mstdump
// does: "0xADDRESS 0xVALUE" and 8 digits each, a line for each word. A word with a hole in it
// has no line. Borrows the stream.
class RegisterText final : public OutputStream {
 public:
  // Of the words of `dump`, which is written to it.
  RegisterText(const DeviceDump& dump, OutputStream& out);

  // kUnsupported at an address that does not fit into 8 digits.
  Result<void> Write(std::span<const std::byte> bytes) override;
  // Writes what is left. To be called once.
  Result<void> Finish() override { return Flush(); }

  uint64_t lines() const { return lines_; }
  // At the end, less than a word, which have no line.
  size_t left_over() const { return used_; }

 private:
  Result<void> AddWord();
  Result<void> Flush();

  OutputStream& out_;
  HoleMap holes_;
  uint64_t first_address_ = 0;
  uint64_t offset_ = 0;  // of the next word in the dump
  std::array<std::byte, 4> word_;
  size_t used_ = 0;
  uint64_t lines_ = 0;
  std::string text_;
};

// The address of the first byte of an image of registers, or of a region: the manifest's
// region_offset, or 0.
uint64_t FirstAddressOf(const DeviceDump& dump);

}  // namespace vmcoredd

#endif  // READERS_EXPORT_REGISTER_TEXT_H_
