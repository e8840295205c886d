// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/sysfs_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/unit/readers/export/support.h"

namespace vmcoredd {
namespace {

namespace fs = std::filesystem;
using testing::Archive;
using testing::ArchiveMaker;
using testing::Config;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SysfsTreeTest : public ::testing::Test {
 protected:
  SysfsTreeTest() {
    std::string name = ::testing::TempDir() + "/sysfs-XXXXXX";
    root_ = ::mkdtemp(name.data());
  }
  ~SysfsTreeTest() override { fs::remove_all(root_); }

  Result<void> Write(Archive& archive, bool is_stopped = false) {
    const auto devices = ReadPciDevices(archive.dumps, archive.report());
    auto tree = VMCOREDD_TRY(TreeWriter::Create(root_ + "/tree"));
    VMCOREDD_TRY(
        WriteSysfsTree(devices, archive.dumps, tree, archive.report(), [&] { return is_stopped; }));
    return tree.Commit();
  }
  // A file of a device.
  std::string Read(const std::string& address, const std::string& file) const {
    std::ostringstream text;
    text << std::ifstream(Folder(address) + '/' + file).rdbuf();
    return text.str();
  }
  std::string Folder(const std::string& address) const {
    return root_ + "/tree/sys/bus/pci/devices/" + address;
  }
  // Everything below the folder of the test.
  std::set<std::string> All() const {
    std::set<std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      all.insert(entry.path().string().substr(root_.size() + 1));
    }
    return all;
  }

  std::string root_;
};

Config Nic() {
  return Config()
      .Dword(0x00, 0x10d38086)
      .Dword(0x08, 0x02000003)
      .Dword(0x10, 0xfe840000)
      .Dword(0x14, 0x0000c001)
      .Dword(0x2c, 0x1234abcd)
      .Dword(0x30, 0xfe800001)
      .Byte(0x3c, 10)
      .Byte(0x3d, 1);
}

TEST_F(SysfsTreeTest, HasWhatTheKernelShows) {
  Archive archive = ArchiveMaker()
                        .Add("pci_0000:00:04.0", Config().Bridge(1, 1).text(), {},
                             {{"driver", "pcieport"}, {"bus", "pci"}, {"address", "0000:00:04.0"}})
                        .Add("pci_0000:01:00.0", Nic().text())
                        .Add("e1000e_0000:01:00.0_state", std::string(100, 'r'))
                        .Make();
  ASSERT_TRUE(Write(archive));
  EXPECT_THAT(archive.problems, IsEmpty());
  EXPECT_EQ(fs::canonical(Folder("0000:01:00.0")),
            fs::canonical(root_) / "tree/sys/devices/pci0000:00/0000:00:04.0/0000:01:00.0");
  EXPECT_EQ(Read("0000:01:00.0", "config"), Nic().text());
  EXPECT_EQ(Read("0000:01:00.0", "vendor"), "0x8086\n");
  EXPECT_EQ(Read("0000:01:00.0", "device"), "0x10d3\n");
  EXPECT_EQ(Read("0000:01:00.0", "subsystem_vendor"), "0xabcd\n");
  EXPECT_EQ(Read("0000:01:00.0", "subsystem_device"), "0x1234\n");
  EXPECT_EQ(Read("0000:01:00.0", "class"), "0x020000\n");
  EXPECT_EQ(Read("0000:01:00.0", "revision"), "0x03\n");
  EXPECT_EQ(Read("0000:01:00.0", "irq"), "10\n");
  EXPECT_EQ(Read("0000:01:00.0", "modalias"),
            "pci:v00008086d000010D3sv0000ABCDsd00001234bc02sc00i00\n");
  EXPECT_EQ(Read("0000:01:00.0", "resource0"), std::string(100, 'r'));
  // BAR 0 holds its image; of the others nobody knows the size, and the end is in front.
  const std::string none = "0x0000000000000000 0x0000000000000000 0x0000000000000000\n";
  EXPECT_EQ(Read("0000:01:00.0", "resource"),
            "0x00000000fe840000 0x00000000fe84007f 0x0000000000040200\n"
            "0x000000000000c000 0x000000000000bfff 0x0000000000040101\n" +
                none + none + none + none +
                "0x00000000fe800000 0x00000000fe7fffff 0x0000000000046200\n");
  EXPECT_EQ(fs::canonical(Folder("0000:00:04.0") + "/driver/0000:00:04.0"),
            fs::canonical(Folder("0000:00:04.0")));
  EXPECT_FALSE(fs::exists(Folder("0000:01:00.0") + "/driver"));
}

// Of a virtual function, configuration space says all ones.
TEST_F(SysfsTreeTest, BelievesTheManifestBeforeConfigurationSpace) {
  Archive archive = ArchiveMaker()
                        .Add("pci_0000:00:00.0", Nic().text(), "pci-config",
                             {{"bus", "pci"},
                              {"address", "0000:00:00.0"},
                              {"vendor", "0x15b3"},
                              {"device", "0x101e"},
                              {"class", "nonsense"},
                              {"sriov_numvfs", "8"}})
                        .Make();
  ASSERT_TRUE(Write(archive));
  EXPECT_EQ(Read("0000:00:00.0", "vendor"), "0x15b3\n");
  EXPECT_EQ(Read("0000:00:00.0", "device"), "0x101e\n");
  EXPECT_EQ(Read("0000:00:00.0", "class"), "0x020000\n");
  EXPECT_EQ(Read("0000:00:00.0", "sriov_numvfs"), "8\n");
}

TEST_F(SysfsTreeTest, NoNameOfADumpBecomesAPath) {
  ArchiveMaker maker;
  int bus = 0;
  for (const char* const driver :
       {"../../../../../evil", "/evil", "..", ".evil", "ev\nil", "a/b"}) {
    const std::string address = PciAddress{0, static_cast<uint8_t>(bus++), 0, 0}.ToString();
    maker.Add("../evil", Nic().text(), "pci-config",
              {{"bus", "pci"}, {"address", address}, {"driver", driver}});
  }
  maker.Add("pci_0000:00:00.0/../../evil", Nic().text());
  Archive archive = maker.Make();
  ASSERT_TRUE(Write(archive));
  EXPECT_EQ(archive.problems.size(), 6u);
  EXPECT_THAT(archive.problems, ::testing::Each(HasSubstr("makes no path")));
  for (const std::string& path : All()) {
    EXPECT_EQ(path.find("evil"), std::string::npos) << path;
    EXPECT_TRUE(path == "tree" || path.starts_with("tree/sys")) << path;
  }
  EXPECT_TRUE(fs::is_empty(root_ + "/tree/sys/bus/pci/drivers"));
}

TEST_F(SysfsTreeTest, StoppedLeavesNothing) {
  Archive archive = ArchiveMaker().Add("pci_0000:00:00.0", Nic().text()).Make();
  const auto written = Write(archive, true);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), ErrorCode::kRefused);
  EXPECT_THAT(All(), IsEmpty());
}

// The dump is damaged: what there is of the BAR is written.
TEST_F(SysfsTreeTest, SaysThatAnImageDoesNotMatchItsChecksum) {
  Archive archive = ArchiveMaker()
                        .Add("pci_0000:01:00.0", Nic().text())
                        .Add("igb_0000:01:00.0_registers", "1234")
                        .Make();
  archive.table.dumps[1].manifest->hash = std::string(32, '0');
  ASSERT_TRUE(Write(archive));
  EXPECT_EQ(Read("0000:01:00.0", "resource0"), "1234");
  EXPECT_THAT(archive.problems, ElementsAre(HasSubstr("does not match its checksum")));
}

}  // namespace
}  // namespace vmcoredd
