// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "collector/live/devcoredump.h"
#include "collector/live/error_recovery.h"
#include "tests/unit/collector/live/support.h"
#include "tests/unit/collector/support.h"

namespace vmcoredd {

namespace {

namespace fs = std::filesystem;

constexpr char kPort[] = "0000:00:1c.0";
constexpr char kNic[] = "0000:02:00.0";

// A network card below a port, as sysfs shows them.
class DeviceTree : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string bus = root_ + "/sys/bus/pci/devices/";
    const std::string port = root_ + "/sys/devices/pci0000:00/" + kPort;
    fs::create_directories(bus);
    fs::create_directories(port + "/" + kNic);
    fs::create_directory_symlink("../../../devices/pci0000:00/" + std::string(kPort), bus + kPort);
    fs::create_directory_symlink("../../../devices/pci0000:00/" + std::string(kPort) + "/" + kNic,
                                 bus + kNic);
    WriteFile(port + "/config", PlainConfig(4096));
    WriteFile(port + "/" + kNic + "/config", PlainConfig(4096));
    Counters(kPort, "TLP 0\nTOTAL_ERR_FATAL 0\n");
    Counters(kNic, "TLP 0\nTOTAL_ERR_FATAL 0\n");
  }
  std::string File(const std::string& address, const std::string& name) {
    return root_ + "/sys/bus/pci/devices/" + address + '/' + name;
  }
  void Counters(const std::string& address, const std::string& text) {
    WriteFile(File(address, "aer_dev_fatal"), text);
    WriteFile(File(address, "aer_dev_nonfatal"), text);
  }

  TempFolder folder_;
  std::string root_ = folder_ / "tree";
};

TEST_F(DeviceTree, ADeviceThatIsWellMayBeCaptured) {
  RecoveryWatch watch(root_);
  EXPECT_EQ(watch.WhyNot(kNic), "");
  EXPECT_EQ(watch.WhyNot(""), "");
  EXPECT_EQ(watch.WhyNot("0000:ff:00.0"), "");  // not there: its callback will say so
}

TEST_F(DeviceTree, AllOnesIsNoDevice) {
  WriteFile(File(kNic, "config"), std::string(4096, '\xff'));
  RecoveryWatch watch(root_);
  EXPECT_NE(watch.WhyNot(kNic).find("all ones"), std::string::npos);
  // A virtual function has no ids of its own, and a device that sleeps is not woken up.
  std::string config = PlainConfig(256);
  config.replace(0, 4, 4, '\xff');
  WriteFile(File(kNic, "config"), config);
  EXPECT_EQ(watch.WhyNot(kNic), "");
  WriteFile(File(kNic, "config"), std::string(256, '\xff'));
  WriteFile(File(kNic, "power_state"), "D3cold\n");
  EXPECT_EQ(watch.WhyNot(kNic), "");
}

TEST_F(DeviceTree, APortThatContainsAnErrorCutsOffWhatIsBelow) {
  std::string config = PlainConfig(4096);
  // AER at 0x100, then DPC at 0x180 (PCIe 6.0, 7.9.14).
  config.replace(0x100, 4, std::string("\x01\x00\x02\x18", 4));
  config.replace(0x180, 4, std::string("\x1d\x00\x01\x00", 4));
  WriteFile(File(kPort, "config"), config);
  RecoveryWatch watch(root_);
  EXPECT_EQ(watch.WhyNot(kNic), "");
  config[0x188] = '\x01';  // DPC Trigger Status
  WriteFile(File(kPort, "config"), config);
  EXPECT_EQ(watch.WhyNot(kNic), "PCI error recovery: port 0000:00:1c.0 contains an error (DPC)");
  // Capabilities in a circle end, too.
  config.replace(0x100, 4, std::string("\x01\x00\x02\x10", 4));
  WriteFile(File(kPort, "config"), config);
  EXPECT_EQ(watch.WhyNot(kNic), "");
}

TEST_F(DeviceTree, CountersThatMoveAreARecovery) {
  RecoveryWatch watch(root_);
  watch.Observe({kNic});
  EXPECT_EQ(watch.WhyNot(kNic), "");
  Counters(kPort, "TLP 1\nTOTAL_ERR_FATAL 1\n");
  EXPECT_EQ(watch.WhyNot(kNic),
            "PCI error recovery: the AER counters of 0000:00:1c.0 have just moved");
  EXPECT_EQ(watch.WhyNot(kNic), "");  // it is over
}

TEST_F(DeviceTree, CountersAreWatchedForAMomentFirst) {
  RecoveryWatch watch(root_);
  std::thread errors([this] {
    for (int i = 0; i < 200; ++i) {
      WriteFile(File(kNic, "aer_dev_nonfatal"), "TOTAL_ERR_NONFATAL " + std::to_string(i) + "\n");
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  EXPECT_NE(watch.WhyNot(kNic).find("have just moved"), std::string::npos);
  errors.join();
}

TEST_F(DeviceTree, EehSaysWhatItDoes) {
  RecoveryWatch watch(root_);
  WriteFile(File(kNic, "eeh_pe_state"), "0x00000000 0x00000000\n");
  EXPECT_EQ(watch.WhyNot(kNic), "");
  WriteFile(File(kNic, "eeh_pe_state"), "0x00000000 0x00000001\n");
  EXPECT_NE(watch.WhyNot(kNic).find("isolated"), std::string::npos);
  WriteFile(File(kNic, "eeh_pe_state"), "0x00000000 0x00000003\n");
  EXPECT_NE(watch.WhyNot(kNic).find("recovering"), std::string::npos);
}

TEST_F(DeviceTree, NoDumpOfADeviceInRecovery) {
  WriteFile(File(kNic, "config"), std::string(4096, '\xff'));
  LiveSettings settings;
  settings.archive = folder_ / "a.vmcoredd";
  settings.sysroot = root_;
  LiveDump dump = StreamDump("nic_a", 4, [](OutputStream& out, DumpContext&) {
    return out.Write(std::as_bytes(std::span("abcd", 4)));
  });
  dump.pci_address = kNic;
  LiveDump other = dump;
  other.registration.name = "nic_b";
  other.pci_address = kPort;
  const LiveRun run = CaptureLive(settings, {dump, other}, PluginRequest{});
  EXPECT_EQ(run.archive.skipped.at("nic_a").outcome, Outcome::kSkipped);
  EXPECT_EQ(run.archive.payloads.at("nic_b"), "abcd");
  // Plugins neither: the one of the port has a dump, the card is not even asked.
  EXPECT_TRUE(run.archive.dumps.contains("pci_0000:00:1c.0"));
  EXPECT_FALSE(run.archive.dumps.contains("pci_0000:02:00.0"));
  EXPECT_TRUE(run.archive.skipped.contains("device_0000:02:00.0"));
}

TEST_F(DeviceTree, PluginsTakeTheDevicesThatWereAskedFor) {
  LiveSettings settings;
  settings.archive = folder_ / "a.vmcoredd";
  settings.sysroot = root_;
  PluginRequest request;
  request.addresses = {kNic};
  const LiveRun run = CaptureLive(settings, {}, request);
  EXPECT_TRUE(run.archive.dumps.contains("pci_0000:02:00.0"));
  EXPECT_FALSE(run.archive.dumps.contains("pci_0000:00:1c.0"));
  const auto listed = ListPluginDumps(request, root_);
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].name, "pci_0000:02:00.0");
  EXPECT_EQ(listed[0].dump_class, VMCOREDD_DUMP_PASSIVE);
}

// As drivers/base/devcoredump.c makes them, with a device on PCI and one that is not.
TEST_F(DeviceTree, DevcoredumpsAreFoundAndRead) {
  const std::string pool = root_ + "/sys/class/devcoredump/";
  const std::string device = root_ + "/sys/devices/virtual/devcoredump/devcd10";
  fs::create_directories(pool);
  fs::create_directories(device);
  fs::create_directory_symlink("../../devices/virtual/devcoredump/devcd10", pool + "devcd10");
  fs::create_directory_symlink("../../../pci0000:00/0000:00:1c.0/0000:02:00.0",
                               device + "/failing_device");
  fs::create_directories(root_ + "/sys/bus/pci/drivers/ath10k_pci");
  fs::create_directory_symlink("../../../../bus/pci/drivers/ath10k_pci", File(kNic, "driver"));
  fs::create_directory_symlink("../../../../bus/pci", File(kNic, "subsystem"));
  WriteFile(device + "/data", std::string(100'000, 'd'));
  WriteFile(pool + "devcd2/data", "small");
  WriteFile(pool + "disabled", "0");

  const auto found = FindDevcoredumps(root_);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, "devcd2");
  EXPECT_EQ(found[0].dump.registration.name, "devcoredump_unknown_devcd2");
  EXPECT_EQ(found[1].dump.registration.name, "ath10k_pci_0000:02:00.0_devcd10");
  EXPECT_EQ(found[1].dump.pci_address, kNic);
  const Properties identity = {
      {"bus", "pci"}, {"address", "0000:02:00.0"}, {"driver", "ath10k_pci"}};
  EXPECT_EQ(found[1].dump.registration.device, identity);

  LiveSettings settings;
  settings.archive = folder_ / "a.vmcoredd";
  settings.sysroot = root_;
  const LiveRun run = CaptureLive(settings, {found[0].dump, found[1].dump});
  EXPECT_EQ(run.summary.complete, 2U);
  EXPECT_EQ(run.archive.payloads.at("ath10k_pci_0000:02:00.0_devcd10"), std::string(100'000, 'd'));
  EXPECT_EQ(run.archive.dumps.at("devcoredump_unknown_devcd2").content, "devcoredump");
  EXPECT_EQ(ReadFile(found[0].data_path), "small");  // reading changes nothing

  ASSERT_TRUE(ReleaseDevcoredump(found[0]));
  EXPECT_EQ(ReadFile(found[0].data_path)[0], '0');
  fs::remove(found[0].data_path);
  EXPECT_FALSE(ReleaseDevcoredump(found[0]));
}

TEST_F(DeviceTree, ADevcoredumpThatGoesAwayIsSaid) {
  WriteFile(root_ + "/sys/class/devcoredump/devcd1/data", "gone");
  const auto found = FindDevcoredumps(root_);
  ASSERT_EQ(found.size(), 1U);
  fs::remove(found[0].data_path);
  LiveSettings settings;
  settings.archive = folder_ / "a.vmcoredd";
  const LiveRun run = CaptureLive(settings, {found[0].dump});
  EXPECT_EQ(run.archive.skipped.at("devcoredump_unknown_devcd1").outcome, Outcome::kFailed);
}

}  // namespace

}  // namespace vmcoredd
