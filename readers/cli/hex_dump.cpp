// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/hex_dump.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace vmcoredd::cli {

namespace {

// 16 digits of an offset, two blanks, 16 times "xx ", two blanks more, 16 characters
// between bars, a newline; and what a copy of four characters for three writes behind it.
constexpr size_t kMaxLineText = 16 + 2 + 16 * 3 + 2 + 18 + 1 + 1;

constexpr char kDigits[] = "0123456789abcdef";

// Of each byte "xx " and one more, so that copying it is one store of four, and what
// stands for it between the bars.
struct Tables {
  std::array<std::array<char, 4>, 256> hex;
  std::array<char, 256> plain;
};

constexpr Tables MakeTables() {
  Tables tables = {};
  for (size_t i = 0; i < 256; ++i) {
    tables.hex[i] = {kDigits[i / 16], kDigits[i % 16], ' ', ' '};
    tables.plain[i] = i >= ' ' && i <= '~' ? static_cast<char>(i) : '.';
  }
  return tables;
}

constexpr Tables kTables = MakeTables();

// The offset of a line, with as many digits as it needs, and where it ends.
char* PutOffset(char* out, uint64_t offset) {
  if (offset >> 32 == 0) {
    for (int shift = 24; shift >= 0; shift -= 8, out += 2) {
      std::memcpy(out, kTables.hex[offset >> shift & 0xff].data(), 2);
    }
    return out;
  }
  int shift = 60;
  while (offset >> shift == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) *out++ = kDigits[offset >> shift & 0xf];
  return out;
}

}  // namespace

HexDump::HexDump(uint64_t offset, Print print)
    : print_(std::move(print)), at_(offset), text_(kBlockBytes + kMaxLineText) {}

void HexDump::Add(std::span<const std::byte> bytes) {
  if (used_ != 0) {
    const size_t count = std::min(kLineBytes - used_, bytes.size());
    std::copy_n(bytes.begin(), count, line_.begin() + used_);
    used_ += count;
    if (used_ < kLineBytes) return;
    used_ = 0;
    AddLine(line_.data());
    bytes = bytes.subspan(count);
  }
  for (; bytes.size() >= kLineBytes; bytes = bytes.subspan(kLineBytes)) AddLine(bytes.data());
  std::copy(bytes.begin(), bytes.end(), line_.begin());
  used_ = bytes.size();
}

void HexDump::Finish() {
  const bool has_any = has_last_ || used_ != 0;
  if (used_ != 0) AppendLine(std::span(line_).first(used_));
  if (has_any) {
    char* const begin = text_.data() + length_;
    char* const end = PutOffset(begin, at_ + used_);
    *end = '\n';
    length_ += static_cast<size_t>(end + 1 - begin);
  }
  if (length_ != 0) print_({text_.data(), length_});
  length_ = 0;
}

void HexDump::AddLine(const std::byte* bytes) {
  if (has_last_ && std::memcmp(bytes, last_.data(), kLineBytes) == 0) {
    if (!is_starred_) Append("*\n");
    is_starred_ = true;
  } else {
    AppendLine({bytes, kLineBytes});
    std::memcpy(last_.data(), bytes, kLineBytes);
    has_last_ = true;
    is_starred_ = false;
  }
  at_ += kLineBytes;
}

void HexDump::AppendLine(std::span<const std::byte> bytes) {
  char* const offset_end = PutOffset(text_.data() + length_, at_);
  offset_end[0] = offset_end[1] = ' ';
  char* const hex = offset_end + 2;
  char* const plain = hex + kLineBytes * 3 + 3;
  if (bytes.size() < kLineBytes) std::fill(hex, plain, ' ');
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto value = std::to_integer<unsigned char>(bytes[i]);
    std::memcpy(hex + i * 3 + i / (kLineBytes / 2), kTables.hex[value].data(), 4);
    plain[i] = kTables.plain[value];
  }
  hex[kLineBytes / 2 * 3] = ' ';
  plain[-2] = ' ';
  plain[-1] = '|';
  char* const end = plain + bytes.size();
  end[0] = '|';
  end[1] = '\n';
  length_ = static_cast<size_t>(end + 2 - text_.data());
  PrintFullBlock();
}

void HexDump::Append(std::string_view text) {
  std::memcpy(text_.data() + length_, text.data(), text.size());
  length_ += text.size();
  PrintFullBlock();
}

void HexDump::PrintFullBlock() {
  if (length_ < kBlockBytes) return;
  print_({text_.data(), kBlockBytes});
  length_ -= kBlockBytes;
  std::memcpy(text_.data(), text_.data() + kBlockBytes, length_);
}

}  // namespace vmcoredd::cli
