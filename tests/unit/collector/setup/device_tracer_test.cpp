// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/device_tracer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/unit/collector/support.h"

namespace vmcoredd {
namespace {

using testing::ElementsAre;

class DeviceTracerTest : public testing::Test {
 protected:
  // A PCI function below the root complex, or below `above`.
  std::string Pci(const std::string& address, const char* class_code, std::string above = {}) {
    const std::string path = "/devices/pci0000:00" + above + '/' + address;
    Write("/sys" + path + "/class", class_code);
    Link("/sys/bus/pci/devices/" + address, "../../.." + path);
    return path.substr(std::string("/devices/pci0000:00").size());
  }

  // A block device: PATH below /sys, NUMBER "8:0".
  void Block(const std::string& name, const std::string& number, const std::string& path) {
    Write("/sys" + path + "/dev", number);
    Link("/sys/dev/block/" + number, "../.." + path);
    Link("/sys/class/block/" + name, "../.." + path);
  }

  void Slave(const std::string& of, const std::string& path) {
    Link("/sys" + of + "/slaves/" + std::string(BaseName(path)), "/sys" + path);
  }

  void Write(const std::string& path, const std::string& text) {
    ASSERT_TRUE(MakeFolders(folder_.path() + path.substr(0, path.rfind('/'))));
    WriteFile(folder_.path() + path, text + '\n');
  }

  void Link(const std::string& path, const std::string& target) {
    ASSERT_TRUE(MakeFolders(folder_.path() + path.substr(0, path.rfind('/'))));
    ASSERT_EQ(::symlink(target.c_str(), (folder_.path() + path).c_str()), 0);
  }

  // The functions that `number` needs; or the error.
  std::vector<std::string> Trace(const std::string& number) {
    const Sysroot root(folder_.path());
    DeviceTracer tracer(root, mounts_);
    const auto added = tracer.AddMount({number, "/", type_, "/dev/" + source_}, "test");
    if (!added) return {"error: " + added.error().ToString()};
    std::vector<std::string> devices;
    for (const auto& [address, why] : tracer.devices()) devices.push_back(address);
    return devices;
  }

  TempFolder folder_;
  std::vector<Mount> mounts_;
  std::string type_ = "ext4";
  std::string source_;
};

TEST_F(DeviceTracerTest, BridgesAboveAreLeftOut) {
  const std::string bridge = Pci("0000:00:1c.0", "0x060400");
  const std::string disk = Pci("0000:01:00.0", "0x010802", bridge);
  Block("nvme0n1", "259:0", "/devices/pci0000:00" + disk + "/nvme/nvme0/nvme0n1");
  EXPECT_THAT(Trace("259:0"), ElementsAre("0000:01:00.0"));
}

TEST_F(DeviceTracerTest, EveryControllerOnTheWay) {
  // Intel VMD: a controller that makes a PCI domain of its own.
  const std::string vmd = Pci("0000:00:0e.0", "0x010400");
  const std::string path = vmd + "/pci10000:e0/10000:e0:06.0";
  Write("/sys/devices/pci0000:00" + path + "/class", "0x060400");
  Link("/sys/bus/pci/devices/10000:e0:06.0", "../../../devices/pci0000:00" + path);
  const std::string disk = path + "/10000:e1:00.0";
  Write("/sys/devices/pci0000:00" + disk + "/class", "0x010802");
  Link("/sys/bus/pci/devices/10000:e1:00.0", "../../../devices/pci0000:00" + disk);
  Block("nvme1n1", "259:1", "/devices/pci0000:00" + disk + "/nvme/nvme1/nvme1n1");
  EXPECT_THAT(Trace("259:1"), ElementsAre("0000:00:0e.0", "10000:e1:00.0"));
}

TEST_F(DeviceTracerTest, VirtioAndUsb) {
  const std::string virtio = Pci("0000:00:04.0", "0x010000");
  Block("vda", "253:0", "/devices/pci0000:00" + virtio + "/virtio1/block/vda");
  EXPECT_THAT(Trace("253:0"), ElementsAre("0000:00:04.0"));
  const std::string usb = Pci("0000:00:14.0", "0x0c0330");
  Block("sdb", "8:16",
        "/devices/pci0000:00" + usb + "/usb2/2-1/2-1:1.0/host4/target4:0:0/4:0:0:0/block/sdb");
  EXPECT_THAT(Trace("8:16"), ElementsAre("0000:00:14.0"));
}

TEST_F(DeviceTracerTest, PartitionOfAMirrorOfTwoControllers) {
  const std::string one = "/devices/pci0000:00" + Pci("0000:00:05.0", "0x010601") + "/block/sda";
  const std::string two = "/devices/pci0000:00" + Pci("0000:00:06.0", "0x010601") + "/block/sdb";
  Block("sda", "8:0", one);
  Block("sdb", "8:16", two);
  const std::string md = "/devices/virtual/block/md0";
  Block("md0", "9:0", md);
  Slave(md, one);
  Slave(md, two);
  Block("md0p1", "259:7", md + "/md0p1");
  Write("/sys" + md + "/md0p1/partition", "1");
  EXPECT_THAT(Trace("259:7"), ElementsAre("0000:00:05.0", "0000:00:06.0"));
}

TEST_F(DeviceTracerTest, NvmeMultipath) {
  const std::string one = "/devices/pci0000:00" + Pci("0000:00:05.0", "0x010802") + "/nvme/nvme0";
  const std::string two = "/devices/pci0000:00" + Pci("0000:00:06.0", "0x010802") + "/nvme/nvme1";
  Write("/sys" + one + "/model", "x");
  Write("/sys" + two + "/model", "x");
  const std::string subsystem = "/devices/virtual/nvme-subsystem/nvme-subsys0";
  Block("nvme0n1", "259:0", subsystem + "/nvme0n1");
  Link("/sys" + subsystem + "/nvme0", "/sys" + one);
  Link("/sys" + subsystem + "/nvme1", "/sys" + two);
  EXPECT_THAT(Trace("259:0"), ElementsAre("0000:00:05.0", "0000:00:06.0"));
}

TEST_F(DeviceTracerTest, NvmeOverFabricsIsUnknown) {
  const std::string subsystem = "/devices/virtual/nvme-subsystem/nvme-subsys0";
  Block("nvme0n1", "259:0", subsystem + "/nvme0n1");
  const std::string controller = "/devices/virtual/nvme-fabrics/ctl/nvme0";
  Write("/sys" + controller + "/transport", "tcp");
  Link("/sys" + subsystem + "/nvme0", "/sys" + controller);
  EXPECT_THAT(Trace("259:0"), ElementsAre(testing::StartsWith("error: ")));
}

TEST_F(DeviceTracerTest, LoopFileOnADisk) {
  const std::string disk = "/devices/pci0000:00" + Pci("0000:00:05.0", "0x010601") + "/block/sda";
  Block("sda", "8:0", disk);
  Block("loop0", "7:0", "/devices/virtual/block/loop0");
  Write("/sys/devices/virtual/block/loop0/loop/backing_file", "/images/root.img");
  mounts_ = {{"8:0", "/", "ext4", "/dev/sda"}};
  EXPECT_THAT(Trace("7:0"), ElementsAre("0000:00:05.0"));
}

TEST_F(DeviceTracerTest, LoopsEnd) {
  const std::string one = "/devices/virtual/block/dm-0";
  const std::string two = "/devices/virtual/block/dm-1";
  Block("dm-0", "254:0", one);
  Block("dm-1", "254:1", two);
  Slave(one, two);
  Slave(two, one);
  EXPECT_THAT(Trace("254:0"), testing::IsEmpty());
  // Nothing on PCI is nothing to hold for: FindDumpPath() says unknown.
}

TEST_F(DeviceTracerTest, OtherBusesAndKindsAreUnknown) {
  Block("mmcblk0", "179:0", "/devices/platform/soc/mmc0/block/mmcblk0");
  EXPECT_THAT(Trace("179:0"), ElementsAre(testing::HasSubstr("no PCI device")));
  Block("nbd0", "43:0", "/devices/virtual/block/nbd0");
  EXPECT_THAT(Trace("43:0"), ElementsAre(testing::HasSubstr("not known")));
  EXPECT_THAT(Trace("1:2"), ElementsAre(testing::HasSubstr("no such file")));
}

TEST_F(DeviceTracerTest, BtrfsNeedsAllItsDevices) {
  const std::string one = "/devices/pci0000:00" + Pci("0000:00:05.0", "0x010601") + "/block/sda";
  const std::string two = "/devices/pci0000:00" + Pci("0000:00:06.0", "0x010601") + "/block/sdb";
  Block("sda", "8:0", one);
  Block("sdb", "8:16", two);
  Link("/sys/fs/btrfs/u/devices/sda", "/sys" + one);
  Link("/sys/fs/btrfs/u/devices/sdb", "/sys" + two);
  type_ = "btrfs";
  source_ = "sda";
  EXPECT_THAT(Trace("0:40"), ElementsAre("0000:00:05.0", "0000:00:06.0"));
  source_ = "sdz";
  EXPECT_THAT(Trace("0:40"), ElementsAre(testing::HasSubstr("btrfs")));
}

TEST_F(DeviceTracerTest, SourcesByName) {
  const std::string disk = "/devices/pci0000:00" + Pci("0000:00:05.0", "0x010601") + "/block/sda";
  Block("sda", "8:0", disk);
  Block("dm-3", "254:3", "/devices/virtual/block/dm-3");
  Slave("/devices/virtual/block/dm-3", disk);
  Write("/sys/devices/virtual/block/dm-3/dm/name", "vg-root");
  Write("/dev/sda", "");
  Link("/dev/disk/by-uuid/1234-AB", "../../sda");
  const Sysroot root(folder_.path());
  for (const char* const source :
       {"/dev/sda", "UUID=1234-AB", "UUID=\"1234-AB\"", "/dev/mapper/vg-root", "/dev/dm-3"}) {
    DeviceTracer tracer(root, mounts_);
    EXPECT_TRUE(tracer.AddSource(source, "test").has_value()) << source;
    EXPECT_TRUE(tracer.devices().contains("0000:00:05.0")) << source;
  }
  for (const char* const source : {"/dev/sdz", "UUID=9", "LABEL=x", "sda", "", "/etc/passwd"}) {
    DeviceTracer tracer(root, mounts_);
    EXPECT_FALSE(tracer.AddSource(source, "test").has_value()) << source;
  }
}

}  // namespace
}  // namespace vmcoredd
