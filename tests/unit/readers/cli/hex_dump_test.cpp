// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/hex_dump.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace vmcoredd::cli {
namespace {

using Bytes = std::vector<std::byte>;

std::string Format(const char* format, unsigned long long value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// One line after the other, with printf.
std::string Naive(const Bytes& bytes, uint64_t offset) {
  std::string text;
  bool starred = false;
  for (size_t at = 0; at < bytes.size(); at += 16) {
    const size_t count = std::min<size_t>(16, bytes.size() - at);
    if (at != 0 && count == 16 &&
        std::equal(bytes.begin() + at, bytes.begin() + at + 16, bytes.begin() + at - 16)) {
      if (!starred) text += "*\n";
      starred = true;
      continue;
    }
    starred = false;
    text += Format("%08llx  ", offset + at);
    std::string plain;
    for (size_t i = 0; i < 16; ++i) {
      if (i == 8) text += ' ';
      if (i >= count) {
        text += "   ";
        continue;
      }
      const auto value = std::to_integer<unsigned>(bytes[at + i]);
      text += Format("%02llx ", value);
      plain += value >= 0x20 && value < 0x7f ? static_cast<char>(value) : '.';
    }
    text += " |" + plain + "|\n";
  }
  return bytes.empty() ? text : text + Format("%08llx\n", offset + bytes.size());
}

// In pieces of `piece` bytes.
std::string Dump(const Bytes& bytes, uint64_t offset, size_t piece) {
  std::string text;
  HexDump dump(offset, [&](std::string_view lines) { text += lines; });
  for (size_t at = 0; at < bytes.size(); at += piece) {
    dump.Add(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)));
  }
  dump.Finish();
  return text;
}

Bytes Mixed(size_t size) {
  Bytes bytes(size);
  uint32_t state = 1;
  for (size_t i = 0; i < size; ++i) {
    state = state * 1664525 + 1013904223;
    // Lines that repeat: two of four are zeros.
    if (i / 16 % 4 < 2) bytes[i] = static_cast<std::byte>(state >> 24);
  }
  return bytes;
}

TEST(HexDump, PrintsEverySizeLikePrintf) {
  for (size_t size = 0; size < 200; ++size) {
    EXPECT_EQ(Dump(Mixed(size), 0, 1000), Naive(Mixed(size), 0)) << size;
  }
}

TEST(HexDump, PrintsEveryByte) {
  Bytes bytes(256);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  EXPECT_EQ(Dump(bytes, 0, 256), Naive(bytes, 0));
}

TEST(HexDump, DoesNotDependOnTheSizesOfPieces) {
  const Bytes bytes = Mixed(500);
  const std::string expected = Naive(bytes, 0x1234);
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    EXPECT_EQ(Dump(bytes, 0x1234, piece), expected) << piece;
  }
}

TEST(HexDump, PrintsMoreThanItsBuffer) {
  for (const size_t size : {13'000u, 13'200u, 200'000u}) {
    EXPECT_TRUE(Dump(Mixed(size), 0, 4096) == Naive(Mixed(size), 0)) << size;
  }
}

TEST(HexDump, OffsetsHaveAsManyDigitsAsTheyNeed) {
  for (const uint64_t offset :
       {0xffff'fff0ULL, 0x1'0000'0000ULL, 0x1234'5678'9abc'def0ULL, 0xffff'ffff'ffff'ff00ULL}) {
    EXPECT_EQ(Dump(Mixed(40), offset, 7), Naive(Mixed(40), offset)) << offset;
  }
}

TEST(HexDump, StarsEqualLinesButNotAShortOne) {
  const Bytes zeros(16 * 5 + 3);
  EXPECT_EQ(Dump(zeros, 0, 10),
            "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
            "*\n"
            "00000050  00 00 00                                          |...|\n"
            "00000053\n");
}

}  // namespace
}  // namespace vmcoredd::cli
