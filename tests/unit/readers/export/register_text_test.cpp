// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/register_text.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/readers/export/support.h"

namespace vmcoredd {
namespace {

DeviceDump Image(std::vector<Hole> holes, std::string first_address = {}) {
  DeviceDump dump;
  dump.manifest.emplace();
  dump.manifest->holes = std::move(holes);
  if (!first_address.empty()) dump.manifest->device = {{"region_offset", first_address}};
  return dump;
}

TEST(RegisterText, HasALineForEachWordWithoutAHoleInPiecesOfAnySize) {
  const DeviceDump dump = Image({{{4, 4}, "x"}, {{14, 1}, "x"}}, "256");
  const auto bytes = testing::ToBytes("\x01\x02\x03\x04____\x78\x56\x34\x12____\xff\xff\xff\xff__");
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    BufferStream out;
    RegisterText text(dump, out);
    for (size_t at = 0; at < bytes.size(); at += piece) {
      ASSERT_TRUE(text.Write(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at))));
    }
    ASSERT_TRUE(text.Finish());
    EXPECT_EQ(testing::Text(out.bytes()),
              "0x00000100 0x04030201\n"
              "0x00000108 0x12345678\n"
              "0x00000110 0xffffffff\n");
    EXPECT_EQ(text.lines(), 3u);
    EXPECT_EQ(text.left_over(), 2u);
  }
}

TEST(RegisterText, EndsWhereAddressesHaveMoreThan32Bits) {
  const DeviceDump dump = Image({}, "4294967288");
  const std::vector<std::byte> bytes(12);
  BufferStream out;
  RegisterText text(dump, out);
  ASSERT_TRUE(text.Write(std::span(bytes).first(8)));
  const auto more = text.Write(std::span(bytes).subspan(8));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code(), ErrorCode::kUnsupported);
}

TEST(FirstAddressOf, IsANumberOrNothing) {
  EXPECT_EQ(FirstAddressOf(Image({}, "4096")), 4096u);
  EXPECT_EQ(FirstAddressOf(Image({}, "0x1000")), 0u);
  EXPECT_EQ(FirstAddressOf(Image({}, "99999999999999999999999")), 0u);
  EXPECT_EQ(FirstAddressOf(DeviceDump()), 0u);
}

}  // namespace
}  // namespace vmcoredd
