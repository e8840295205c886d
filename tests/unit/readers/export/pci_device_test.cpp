// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/pci_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/export/lspci_text.h"
#include "tests/unit/readers/export/support.h"

namespace vmcoredd {
namespace {

using testing::Archive;
using testing::ArchiveMaker;
using testing::Config;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(PciAddress, IsWhatTheKernelWritesAndNothingElse) {
  for (const char* const good :
       {"0000:00:00.0", "0000:ff:1f.7", "10000:01:00.0", "deadbeef:00:00.0"}) {
    const auto address = PciAddress::Parse(good);
    ASSERT_TRUE(address) << good;
    EXPECT_EQ(address->ToString(), good);
  }
  for (const char* const bad :
       {"", "00:00.0", "0000:00:00.8", "0000:00:20.0", "0000:00:00.0 ", "0000:00:00.00",
        "0000:0:00.0", "0000:00:00", "0000:00:1F.0", "00000:00:00.0", "123456789:00:00.0",
        "../../etc/passwd", "0000:00:00.0/..", "0000:00:0g.0", "000:00:00.0"}) {
    EXPECT_FALSE(PciAddress::Parse(bad)) << bad;
  }
}

std::vector<std::string> Addresses(const std::vector<PciDevice>& devices) {
  std::vector<std::string> addresses;
  for (const PciDevice& device : devices) addresses.push_back(device.address.ToString());
  return addresses;
}

TEST(ReadPciDevices, FindsThemByContentAndByNameInTheOrderOfAddresses) {
  const std::string config = Config().text();
  Archive archive =
      ArchiveMaker()
          .Add("pci_0000:02:00.0", config)
          .Add("anything", config, "pci-config", {{"bus", "pci"}, {"address", "0000:01:00.0"}})
          .Add("cxgb4_0000:00:01.0", config, "pci-config")
          .Add("pci_10000:00:00.0", config)
          .Add("pci_0000:00:02.0_msix", config)            // something else of it
          .Add("pci_0000:00:03.0", config, "devcoredump")  // somebody says it is not
          .Add("nvme_0000:00:04.0", config)
          .Add("pci_../../etc", config)
          .Add("evil", config, "pci-config", {{"bus", "pci"}, {"address", "../../../tmp"}})
          .Make();
  EXPECT_THAT(Addresses(ReadPciDevices(archive.dumps, archive.report())),
              ElementsAre("0000:00:01.0", "0000:01:00.0", "0000:02:00.0", "10000:00:00.0"));
  EXPECT_THAT(archive.problems, IsEmpty());
}

TEST(ReadPciDevices, TakesTheFirstOfAFunctionAndSaysSo) {
  Archive archive = ArchiveMaker()
                        .Add("pci_0000:00:00.0", Config().Byte(0, 1).text())
                        .Add("pci_0000:00:00.0", Config().Byte(0, 2).text())
                        .Make();
  const auto devices = ReadPciDevices(archive.dumps, archive.report());
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].Load(0, 1), 1u);
  EXPECT_THAT(archive.problems, ElementsAre(HasSubstr("another configuration space")));
}

// 256 bytes and zeros up to the page, or the extended space.
TEST(ReadPciDevices, TellsTheSizeOfANoteThatNothingDescribes) {
  Archive archive = ArchiveMaker()
                        .AddBare("pci_0000:00:00.0", Config().Byte(255, 7).text())
                        .AddBare("pci_0000:00:01.0", Config(4096).Byte(4095, 9).text())
                        .Make();
  const auto devices = ReadPciDevices(archive.dumps, archive.report());
  ASSERT_EQ(devices.size(), 2u);
  EXPECT_EQ(devices[0].config.size(), 256u);
  EXPECT_EQ(devices[1].config.size(), 4096u);
  EXPECT_EQ(devices[1].Load(4095, 1), 9u);
  EXPECT_THAT(archive.problems, IsEmpty());
}

TEST(ReadPciDevices, SaysWhatItMakesOfOtherSizes) {
  Archive archive = ArchiveMaker()
                        .Add("pci_0000:00:00.0", std::string(63, 'x'))
                        .Add("pci_0000:00:01.0", std::string(300, 'x'))
                        .Add("pci_0000:00:02.0", std::string(64, 'x'))
                        .Add("pci_0000:00:03.0", std::string(100'000, 'x'))
                        .Make();
  const auto devices = ReadPciDevices(archive.dumps, archive.report());
  ASSERT_EQ(devices.size(), 3u);
  EXPECT_EQ(devices[0].config.size(), 256u);
  EXPECT_EQ(devices[1].config.size(), 64u);
  EXPECT_EQ(devices[2].config.size(), 4096u);
  EXPECT_THAT(archive.problems, ElementsAre(HasSubstr("at least 64 bytes, found 63"),
                                            HasSubstr("found 300: 256 are used"),
                                            HasSubstr("found 100000: 4096 are used")));
}

TEST(VisitCapabilities, EndsInALoop) {
  Archive archive = ArchiveMaker()
                        .Add("pci_0000:00:00.0", Config()
                                                     .Byte(0x06, 0x10)
                                                     .Byte(0x34, 0x40)
                                                     .Byte(0x40, 1)
                                                     .Byte(0x41, 0x50)
                                                     .Byte(0x50, 5)
                                                     .Byte(0x51, 0x40)
                                                     .text())
                        .Make();
  const auto devices = ReadPciDevices(archive.dumps, archive.report());
  size_t visited = 0;
  EXPECT_EQ(VisitCapabilities(devices[0], [&](size_t) { return ++visited, false; }), 0u);
  EXPECT_EQ(visited, 48u);
  EXPECT_EQ(VisitCapabilities(devices[0], [&](size_t at) { return at == 0x50; }), 0x50u);
}

TEST(WriteLspci, IsWhatLspciPrintsWithoutNames) {
  Archive archive =
      ArchiveMaker()
          .Add("pci_10000:01:1f.7",
               Config().Dword(0x00, 0x10d38086).Dword(0x08, 0x02000003).Byte(0xff, 0xee).text())
          .Add("pci_1000000:00:00.0", Config().text())
          .Make();
  BufferStream out;
  ASSERT_TRUE(WriteLspci(ReadPciDevices(archive.dumps, archive.report()), out, archive.report()));
  const std::string text = testing::Text(out.bytes());
  EXPECT_TRUE(
      text.starts_with("10000:01:1f.7 0200: 8086:10d3 (rev 03)\n"
                       "00: 86 80 d3 10 00 00 00 00 03 00 00 02 00 00 00 00\n"
                       "10: 00 00 "))
      << text;
  EXPECT_TRUE(text.ends_with("f0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ee\n\n"));
  EXPECT_THAT(archive.problems, ElementsAre(HasSubstr("no domain of more than 6 digits")));
}

}  // namespace
}  // namespace vmcoredd
