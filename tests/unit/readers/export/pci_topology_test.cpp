// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/pci_topology.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/readers/export/support.h"

namespace vmcoredd {
namespace {

using testing::Archive;
using testing::ArchiveMaker;
using testing::Config;

// The folder of each device, by its address.
std::map<std::string, std::string> Folders(const std::map<std::string, Config>& configs) {
  ArchiveMaker maker;
  for (const auto& [address, config] : configs) maker.Add("pci_" + address, config.text());
  Archive archive = maker.Make();
  const auto devices = ReadPciDevices(archive.dumps, archive.report());
  const PciTopology topology(devices);
  std::map<std::string, std::string> folders;
  for (const PciDevice& device : devices) {
    folders[device.address.ToString()] = topology.FolderOf(device);
  }
  return folders;
}

TEST(PciTopology, FollowsBusNumbersUp) {
  const auto folders = Folders({{"0000:00:01.0", Config().Bridge(1, 4)},
                                {"0000:01:00.0", Config().Bridge(2, 4)},
                                {"0000:02:03.0", Config().Bridge(3, 3)},
                                {"0000:03:00.0", Config()},
                                {"0001:03:00.0", Config()},
                                {"0000:00:1f.0", Config()}});
  EXPECT_EQ(folders.at("0000:03:00.0"),
            "pci0000:00/0000:00:01.0/0000:01:00.0/0000:02:03.0/0000:03:00.0");
  EXPECT_EQ(folders.at("0000:00:1f.0"), "pci0000:00/0000:00:1f.0");
  EXPECT_EQ(folders.at("0001:03:00.0"), "pci0001:03/0001:03:00.0");  // of another domain
}

// Virtual functions may be on buses that no bridge leads to.
TEST(PciTopology, PutsABusWithinARangeBehindTheInnermostBridge) {
  const auto folders = Folders({{"0000:00:01.0", Config().Bridge(1, 9)},
                                {"0000:01:00.0", Config().Bridge(2, 3)},
                                {"0000:03:00.0", Config()},
                                {"0000:05:00.0", Config()},
                                {"0000:0a:00.0", Config()}});
  EXPECT_EQ(folders.at("0000:03:00.0"), "pci0000:00/0000:00:01.0/0000:01:00.0/0000:03:00.0");
  EXPECT_EQ(folders.at("0000:05:00.0"), "pci0000:00/0000:00:01.0/0000:05:00.0");
  EXPECT_EQ(folders.at("0000:0a:00.0"), "pci0000:0a/0000:0a:00.0");
}

TEST(PciTopology, BelievesNoLoop) {
  const auto folders = Folders({{"0000:01:00.0", Config().Bridge(1, 255)},
                                {"0000:02:00.0", Config().Bridge(1, 2)},
                                {"0000:03:00.0", Config().Bridge(0, 255)}});
  for (const auto& [address, folder] : folders) {
    EXPECT_EQ(folder, "pci" + address.substr(0, 7) + '/' + address);
  }
}

TEST(PciTopology, TwoBridgesToOneBusAreOne) {
  const auto folders = Folders({{"0000:00:01.0", Config().Bridge(5, 5)},
                                {"0000:00:02.0", Config().Bridge(5, 5)},
                                {"0000:05:00.0", Config()}});
  EXPECT_EQ(folders.at("0000:05:00.0"), "pci0000:00/0000:00:01.0/0000:05:00.0");
}

TEST(PciTopology, HasALimit) {
  std::map<std::string, Config> configs;
  for (unsigned bus = 0; bus < 60; ++bus) {
    configs.emplace(PciAddress{0, static_cast<uint8_t>(bus), 0, 0}.ToString(),
                    Config().Bridge(bus + 1, 255));
  }
  const auto folders = Folders(configs);
  EXPECT_EQ(folders.at("0000:3b:00.0"), "pci0000:3b/0000:3b:00.0");
  EXPECT_TRUE(folders.at("0000:20:00.0").starts_with("pci0000:00/0000:00:00.0/"));
}

}  // namespace
}  // namespace vmcoredd
