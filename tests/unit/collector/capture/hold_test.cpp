// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/hold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/collector/support.h"

namespace vmcoredd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kRelease[] = "6.1.0-56-amd64";
constexpr char kPath[] = "0000:02:00.0";

class HoldTest : public testing::Test {
 protected:
  void SetUp() override {
    tree_ = folder_ / "tree";
    Add(kPath, 0x010802);  // the target's storage
    config_.hold = true;
    config_.release = kRelease;
    config_.path = {{kPath, 0x8086, 0x10d3}};
  }
  std::string FolderOf(const std::string& address) {
    return tree_ + "/sys/bus/pci/devices/" + address;
  }
  void Add(const std::string& address, uint32_t class_code) {
    AddPciDevice(tree_, address, PlainConfig(256));
    char text[16];
    std::snprintf(text, sizeof text, "0x%06x\n", class_code);
    WriteFile(FolderOf(address) + "/class", text);
    WriteFile(FolderOf(address) + "/driver_override", "(null)\n");
  }
  HoldPlan Plan() {
    auto inventory = ReadInventory(tree_);
    EXPECT_TRUE(inventory);
    inventory_ = *std::move(inventory);
    return PlanHold(inventory_, config_, kRelease, tree_);
  }
  std::vector<std::string> Held() {
    std::vector<std::string> held;
    for (const HoldDecision& decision : Plan().decisions) {
      if (decision.is_held) held.push_back(decision.device->address);
    }
    return held;
  }
  std::string WhyNot(const std::string& address) {
    for (const HoldDecision& decision : Plan().decisions) {
      if (decision.device->address == address && !decision.is_held) return decision.reason;
    }
    return "held";
  }

  TempFolder folder_;
  std::string tree_;
  CollectConfig config_;
  Inventory inventory_;
};

TEST_F(HoldTest, HoldsByClassWhatIsOffThePath) {
  Add("0000:03:00.0", 0x020000);
  Add("0000:04:00.0", 0x010802);
  Add("0000:05:00.0", 0x030200);
  Add("0000:06:00.0", 0x0c0600);
  Add("0000:07:00.0", 0x120000);
  Add("0000:08:00.0", 0x0c0330);  // USB
  Add("0000:09:00.0", 0x060400);
  Add("0000:0a:00.0", 0x030000);
  Add("0000:0b:00.0", 0x070002);
  EXPECT_THAT(Held(), ElementsAre("0000:03:00.0", "0000:04:00.0", "0000:05:00.0", "0000:06:00.0",
                                  "0000:07:00.0"));
  EXPECT_THAT(WhyNot("0000:09:00.0"), HasSubstr("bridge"));
  EXPECT_THAT(WhyNot("0000:0a:00.0"), HasSubstr("console"));
  EXPECT_THAT(WhyNot(kPath), HasSubstr("written through it"));
  config_.hold_also = {"0000:08:00.0", "0000:09:00.0"};
  config_.hold_never = {"0000:03:00.0"};
  config_.skip = {"0000:04:00.0"};
  EXPECT_THAT(Held(), ElementsAre("0000:05:00.0", "0000:06:00.0", "0000:07:00.0", "0000:08:00.0"));
}

TEST_F(HoldTest, NeverWhatThePathHangsOn) {
  Add("0000:02:00.1", 0x020000);
  EXPECT_THAT(WhyNot("0000:02:00.1"), HasSubstr("function of 0000:02:00.0"));
  // A storage controller that makes a domain of its own, with the target behind it.
  Add("0000:00:0e.0", 0x010400);
  const std::string behind = "10000:01:00.0";
  Add(behind, 0x010802);
  config_.path.push_back({behind, 0x8086, 0x10d3});
  EXPECT_EQ(WhyNot("0000:00:0e.0"), "held");
  const std::string real = tree_ + "/sys/devices/pci0000:00/0000:00:0e.0/pci10000:00/" + behind;
  std::filesystem::create_directories(real + "/..");
  std::filesystem::rename(FolderOf(behind), real);
  std::filesystem::create_directory_symlink(real, FolderOf(behind));
  EXPECT_THAT(WhyNot("0000:00:0e.0"), HasSubstr("written through it"));
}

TEST_F(HoldTest, NeverWhatSomebodyElseHas) {
  Add("0000:03:00.0", 0x020000);
  std::filesystem::create_symlink("../drivers/e1000e", FolderOf("0000:03:00.0") + "/driver");
  EXPECT_THAT(WhyNot("0000:03:00.0"), HasSubstr("driver e1000e is bound"));
  Add("0000:04:00.0", 0x020000);
  WriteFile(FolderOf("0000:04:00.0") + "/driver_override", "vfio-pci\n");
  EXPECT_THAT(WhyNot("0000:04:00.0"), HasSubstr("vfio-pci"));
  Add("0000:05:00.0", 0x030200);
  WriteFile(FolderOf("0000:05:00.0") + "/boot_vga", "1\n");
  EXPECT_THAT(WhyNot("0000:05:00.0"), HasSubstr("console"));
}

TEST_F(HoldTest, NothingAtAllWhenThePathIsNotCertain) {
  Add("0000:03:00.0", 0x020000);
  EXPECT_THAT(Held(), SizeIs(1));
  const CollectConfig good = config_;
  config_.hold = false;
  config_.hold_reason = "the target is\nnot known";
  EXPECT_EQ(Plan().off_reason, "the target is\\x0anot known");
  EXPECT_THAT(Held(), IsEmpty());
  config_ = good;
  config_.path.clear();
  EXPECT_THAT(Plan().off_reason, HasSubstr("not known"));
  config_ = good;
  config_.release = "6.1.0-57-amd64";
  EXPECT_THAT(Plan().off_reason, HasSubstr("6.1.0-57-amd64"));
  config_ = good;
  config_.path[0].device_id = 1;
  EXPECT_THAT(Plan().off_reason, HasSubstr("not the device that it was"));
  config_ = good;
  config_.path.push_back({"0000:7f:00.0", 1, 1});
  EXPECT_THAT(Held(), IsEmpty());
}

TEST_F(HoldTest, WritesOverridesAndTheListOfThem) {
  Add("0000:03:00.0", 0x020000);
  Add("0000:04:00.0", 0x020000);
  std::filesystem::remove(FolderOf("0000:04:00.0") + "/driver_override");
  const std::string spool = folder_ / "spool";
  const auto result = Hold(Plan(), tree_, spool);
  ASSERT_TRUE(result) << result.error().ToString();
  EXPECT_THAT(result->held, ElementsAre("0000:03:00.0"));
  EXPECT_THAT(result->problems, SizeIs(1));
  EXPECT_EQ(ReadFile(FolderOf("0000:03:00.0") + "/driver_override"), kHoldOverride);
  EXPECT_THAT(ReadHeldList(spool), ElementsAre("0000:03:00.0"));
  // Again is the same: what is held by us can be.
  EXPECT_THAT(Hold(Plan(), tree_, spool)->held, ElementsAre("0000:03:00.0"));
  EXPECT_THAT(ReadHeldList(folder_ / "none"), IsEmpty());
}

TEST_F(HoldTest, WithoutAListNothingStaysHeld) {
  Add("0000:03:00.0", 0x020000);
  WriteFile(folder_ / "file", "");
  EXPECT_FALSE(Hold(Plan(), tree_, folder_ / "file"));
  EXPECT_NE(ReadFile(FolderOf("0000:03:00.0") + "/driver_override"), kHoldOverride);
}

}  // namespace
}  // namespace vmcoredd
