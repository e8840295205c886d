// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/bar_image.h"

#include <gtest/gtest.h>

#include "tests/unit/readers/export/support.h"
#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/temporary_file.h"

namespace vmcoredd {
namespace {

using testing::Archive;
using testing::ArchiveMaker;
using testing::Config;

constexpr const char* kAddress = "0000:01:00.0";

Config TwoBars() {
  return Config()
      .Dword(0x10, 0xfe800000)  // BAR 0: 32 bits
      .Dword(0x14, 0x0000d001)  // BAR 1: ports
      .Dword(0x18, 0x4000000c)  // BAR 2 and 3: 64 bits, prefetchable
      .Dword(0x1c, 0x00000038);
}

std::vector<BarPiece> Find(Archive& archive) {
  const auto devices = ReadPciDevices(archive.dumps, archive.report());
  EXPECT_EQ(devices.size(), 1u);
  return FindBarPieces(devices.at(0), archive.dumps);
}

TEST(BarsOf, ReadsTheFirstDwordsOfTheHeader) {
  Archive archive = ArchiveMaker().Add("pci_0000:01:00.0", TwoBars().text()).Make();
  const auto bars = BarsOf(ReadPciDevices(archive.dumps, archive.report()).at(0));
  EXPECT_EQ(bars[0].kind, PciBar::Kind::kMemory);
  EXPECT_EQ(bars[0].address, 0xfe800000u);
  EXPECT_EQ(bars[1].kind, PciBar::Kind::kPorts);
  EXPECT_EQ(bars[1].address, 0xd000u);
  EXPECT_EQ(bars[2].address, 0x3840000000u);
  EXPECT_TRUE(bars[2].is_prefetchable && bars[2].is_64_bit);
  EXPECT_EQ(bars[3].kind, PciBar::Kind::kNone);
}

TEST(FindBarPieces, KnowsPluginsManifestsAndMsix) {
  const std::string config = TwoBars()
                                 .Byte(0x06, 0x10)
                                 .Byte(0x34, 0x50)
                                 .Byte(0x50, 0x11)     // MSI-X
                                 .Byte(0x52, 64)       // 65 vectors
                                 .Dword(0x54, 0x2002)  // table: BAR 2
                                 .Dword(0x58, 0x3000)  // PBA: BAR 0
                                 .text();
  Archive archive =
      ArchiveMaker()
          .Add("pci_0000:01:00.0", config)
          .Add("pci_0000:01:00.0_msix", std::string(65 * 16 + 16, 'm'))
          .Add("nvme_0000:01:00.0_controller", std::string(40, 'n'))
          .Add("vendor", std::string(24, 'v'), "register-image",
               {{"bus", "pci"}, {"address", kAddress}, {"bar", "2"}, {"region_offset", "4096"}})
          .Add("nvme_0000:01:00.0_other", std::string(40, 'n'))
          .Make();
  const auto pieces = Find(archive);
  ASSERT_EQ(pieces.size(), 4u);
  EXPECT_EQ(pieces[0].range, (ByteRange{0, 1040}));
  EXPECT_EQ(pieces[0].bar, 2u);
  EXPECT_EQ(pieces[0].offset, 0x2000u);
  EXPECT_EQ(pieces[1].range, (ByteRange{1040, 16}));
  EXPECT_EQ(pieces[1].bar, 0u);
  EXPECT_EQ(pieces[1].offset, 0x3000u);
  EXPECT_EQ(pieces[2].range, (ByteRange{0, 40}));
  EXPECT_EQ(pieces[2].bar, 0u);
  EXPECT_EQ(pieces[3].bar, 2u);
  EXPECT_EQ(pieces[3].offset, 4096u);
}

TEST(FindBarPieces, BelievesVirtioOnlyWhatWasRead) {
  const std::string config = TwoBars()
                                 .Byte(0x06, 0x10)
                                 .Byte(0x34, 0x40)
                                 .Set(0x40, std::string_view("\x09\x00\x10\x01\x02", 5))
                                 .Dword(0x48, 0x800)
                                 .text();
  const std::string name = "virtio-pci_0000:01:00.0_common";
  Archive whole =
      ArchiveMaker().Add("pci_0000:01:00.0", config).Add(name, std::string(60, 'c')).Make();
  const auto pieces = Find(whole);
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].bar, 2u);
  EXPECT_EQ(pieces[0].offset, 0x800u);
  Archive with_hole = ArchiveMaker()
                          .Add("pci_0000:01:00.0", config, "pci-config", {}, {{{0x44, 12}, "x"}})
                          .Add(name, std::string(60, 'c'))
                          .Make();
  EXPECT_TRUE(Find(with_hole).empty());
}

TEST(FindBarPieces, PassesOverWhatCannotBe) {
  const auto told = [](const std::string& bar, const std::string& offset) {
    return Properties{
        {"bus", "pci"}, {"address", kAddress}, {"bar", bar}, {"region_offset", offset}};
  };
  Archive archive = ArchiveMaker()
                        .Add("pci_0000:01:00.0", TwoBars().text())
                        .Add("ports", "xxxx", "register-image", told("1", "0"))
                        .Add("upper-half", "xxxx", "register-image", told("3", "0"))
                        .Add("none", "xxxx", "register-image", told("5", "0"))
                        .Add("no-such", "xxxx", "register-image", told("6", "0"))
                        .Add("no-number", "xxxx", "register-image", told("../2", "0"))
                        .Add("far", "xxxx", "register-image", told("2", "1099511627776"))
                        .Add("wraps", "xxxx", "register-image", told("2", "18446744073709551615"))
                        .Add("empty", "", "register-image", told("2", "0"))
                        .Make();
  EXPECT_TRUE(Find(archive).empty());
}

// Against the same, byte by byte.
TEST(BarPieceWriter, PutsBytesThatWereReadToTheirPlace) {
  constexpr uint64_t kOffset = 3;
  const std::string payload = "abcdefghijklmnop";
  Archive archive = ArchiveMaker()
                        .Add("d", payload, {}, {}, {{{2, 3}, "x"}, {{7, 1}, "x"}, {{12, 100}, "x"}})
                        .Make();
  for (uint64_t begin = 0; begin < payload.size(); ++begin) {
    for (uint64_t size = 1; begin + size <= payload.size(); ++size) {
      std::string expected(kOffset + size, '\0');
      size_t end = 0;
      for (uint64_t i = begin; i < begin + size; ++i) {
        if ((i >= 2 && i < 5) || i == 7 || i >= 12) continue;
        expected[kOffset + i - begin] = payload[i];
        end = kOffset + i - begin + 1;
      }
      expected.resize(end);
      for (const size_t piece : {size_t{1}, size_t{3}, payload.size()}) {
        const BarPiece where{archive.dumps[0], {begin, size}, 0, kOffset};
        auto file = OpenTemporaryFile(::testing::TempDir());
        ASSERT_TRUE(file);
        BarPieceWriter writer(where, file->get());
        const auto bytes = testing::ToBytes(payload);
        for (size_t at = 0; at < bytes.size(); at += piece) {
          ASSERT_TRUE(
              writer.Write(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at))));
        }
        auto source = FileSource::FromFd(*std::move(file), "file");
        ASSERT_TRUE(source);
        testing::Bytes found((*source)->Size().value_or(0));
        ASSERT_TRUE((*source)->ReadAt(0, found));
        ASSERT_EQ(testing::Text(found), expected) << begin << ' ' << size << ' ' << piece;
      }
    }
  }
}

}  // namespace
}  // namespace vmcoredd
