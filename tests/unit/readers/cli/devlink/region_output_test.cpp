// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/region_output.h"

#include "tests/unit/readers/cli/devlink/golden_text.h"

namespace vmcoredd::devlink_cli {
namespace {

std::vector<std::byte> Bytes(uint64_t address, size_t size) {
  std::vector<std::byte> bytes(size);
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::byte>(address + i + ((address + i) >> 8));
  }
  return bytes;
}

// Chunks of `chunk` bytes, as the kernel cuts a range.
std::string Text(uint64_t begin, size_t size, bool words, size_t chunk = 256) {
  Printed printed;
  RegionText text(printed.sink, words);
  for (size_t done = 0; done < size; done += chunk) {
    const auto bytes = Bytes(begin + done, std::min(chunk, size - done));
    text.Put({begin + done, bytes}, true);
  }
  text.Finish();
  return printed.text;
}

TEST(RegionTextTest, IsDevlinks) {
  EXPECT_EQ(Text(0, 600, false), DevlinkOutput("region-dump-600.txt"));
  // Lines are counted from where the range began, whatever the chunks.
  EXPECT_EQ(Text(0, 600, false, 37), DevlinkOutput("region-dump-600.txt"));
  EXPECT_EQ(Text(uint64_t{1} << 32, 4, false), "0000000100000000 00 01 02 03 \n");
  EXPECT_EQ(Text(5, 20, false).substr(0, 20), "0000000000000005 05 ");
  EXPECT_EQ(Text(5, 20, false).substr(66, 20), "0000000000000015 15 ");
  EXPECT_EQ(Text(0, 0, false), "\n");
}

TEST(RegionTextTest, WordsAreTheDocumentations) {
  EXPECT_EQ(Text(0, 21, true),
            "0000000000000000 0001 0203 0405 0607 0809 0a0b 0c0d 0e0f\n"
            "0000000000000010 1011 1213 14\n");
}

TEST(RegionTextTest, ALineBeginsWhereTheAddressJumps) {
  Printed printed;
  RegionText text(printed.sink, false);
  const auto first = Bytes(0, 4), second = Bytes(16, 2);
  text.Put({0, first}, true);
  text.Put({16, second}, false);
  text.Finish();
  EXPECT_EQ(printed.text, "0000000000000000 00 01 02 03 \n0000000000000010 10 11 \n");
}

TEST(RangeCheckTest, FindsWhatDidNotCome) {
  const auto bytes = Bytes(0, 16);
  RangeCheck whole(0, 32);
  EXPECT_TRUE(whole.Take({0, bytes}));
  EXPECT_TRUE(whole.Take({16, bytes}));
  EXPECT_TRUE(whole.Finish());

  RangeCheck holes(0, 64);
  EXPECT_FALSE(holes.Take({16, bytes}));
  EXPECT_TRUE(holes.Take({32, bytes}));
  EXPECT_EQ(holes.Finish().error().message(),
            "32 bytes did not come, the first of them at 0x0-0xf");

  RangeCheck nothing(0x100, 1);
  EXPECT_EQ(nothing.Finish().error().code(), ErrorCode::kTruncated);
}

std::string Encoded(const std::vector<std::byte>& bytes, size_t piece, bool hex) {
  Printed printed;
  JsonStream json(printed.sink, false);
  EncodedString encoded(json, hex);
  json.BeginString();
  for (size_t done = 0; done < bytes.size(); done += piece) {
    EXPECT_TRUE(
        encoded.Write(std::span(bytes).subspan(done, std::min(piece, bytes.size() - done))));
  }
  EXPECT_TRUE(encoded.Finish());
  json.EndString();
  return printed.text;
}

TEST(EncodedStringTest, Base64InPiecesOfAnySize) {
  std::vector<std::byte> bytes;
  // RFC 4648, 10: "foobar", a byte more each.
  constexpr const char* kExpected[] = {"\"\"",         "\"Zg==\"",     "\"Zm8=\"",    "\"Zm9v\"",
                                       "\"Zm9vYg==\"", "\"Zm9vYmE=\"", "\"Zm9vYmFy\""};
  for (size_t size = 0; size <= 6; ++size) {
    if (size != 0) bytes.push_back(static_cast<std::byte>("foobar"[size - 1]));
    for (const size_t piece : {1u, 2u, 4u, 7u}) {
      EXPECT_EQ(Encoded(bytes, piece, false), kExpected[size]) << size << ' ' << piece;
    }
  }
  EXPECT_EQ(Encoded(bytes, 4, true), "\"666f6f626172\"");
}

}  // namespace
}  // namespace vmcoredd::devlink_cli
