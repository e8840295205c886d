// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/vfio_hold.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>

#include "collector/capture/child_process.h"
#include "tests/unit/collector/support.h"

namespace vmcoredd {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A NIC of two functions behind a bridge, one IOMMU group; vfio-pci is loaded as it
// should be.
class VfioHoldTest : public testing::Test {
 protected:
  void SetUp() override {
    AddFunction(kBridge, "0x060400\n", "pcieport");
    AddFunction(kFirst, "0x020000\n", "");
    AddFunction(kSecond, "0x020000\n", "");
    fs::create_directories(root_ + "/sys/bus/pci/drivers/vfio-pci");
    WriteFile(root_ + "/sys/module/vfio_pci/parameters/disable_idle_d3", "Y\n");
  }
  std::string Folder(const std::string& address) const {
    return root_ + "/sys/bus/pci/devices/" + address;
  }
  void AddFunction(const std::string& address, const std::string& code, const std::string& driver) {
    WriteFile(Folder(address) + "/class", code);
    fs::create_directories(root_ + "/sys/kernel/iommu_groups/7/devices");
    fs::create_symlink("../../../../bus/pci/devices/" + address,
                       root_ + "/sys/kernel/iommu_groups/7/devices/" + address);
    fs::create_symlink("../../../../kernel/iommu_groups/7", Folder(address) + "/iommu_group");
    if (!driver.empty()) {
      fs::create_symlink("../../drivers/" + driver, Folder(address) + "/driver");
    }
  }
  std::string Refusal() {
    const auto group = CheckVfioGroup(root_, kFirst);
    return group ? "" : group.error().ToString();
  }

  static constexpr const char* kBridge = "0000:00:1c.0";
  static constexpr const char* kFirst = "0000:01:00.0";
  static constexpr const char* kSecond = "0000:01:00.1";
  TempFolder folder_;
  const std::string root_ = folder_ / "tree";
};

TEST_F(VfioHoldTest, AllFunctionsOfTheGroupAreHeldButNotBridges) {
  const auto group = CheckVfioGroup(root_, kFirst);
  ASSERT_TRUE(group) << group.error().ToString();
  EXPECT_THAT(*group, ElementsAre(kFirst, kSecond));
}

TEST_F(VfioHoldTest, AGroupInWhichADriverWorksIsLeftAlone) {
  fs::remove(Folder(kSecond) + "/driver");
  fs::create_symlink("../../drivers/nvme", Folder(kSecond) + "/driver");
  EXPECT_THAT(Refusal(), HasSubstr("0000:01:00.1 of the same IOMMU group is at work for nvme"));
}

// Closing resets: who finds a function with vfio-pci that cannot be reset any more finds
// what an earlier capture has left.
TEST_F(VfioHoldTest, AFunctionThatHasBeenReadBeforeIsNotReadAgain) {
  fs::create_symlink("../../drivers/vfio-pci", Folder(kSecond) + "/driver");
  WriteFile(Folder(kSecond) + "/reset_method", "flr bus\n");
  EXPECT_EQ(Refusal(), "") << "bound by somebody at boot, never opened";
  WriteFile(Folder(kSecond) + "/reset_method", "\n");
  EXPECT_THAT(Refusal(), HasSubstr("0000:01:00.1 has been with vfio-pci before"));
  fs::remove(Folder(kSecond) + "/reset_method");
  EXPECT_THAT(Refusal(), HasSubstr("0000:01:00.1 has been with vfio-pci before"));
}

// A tree does not do what the kernel does when it is written to: what is written is.
TEST_F(VfioHoldTest, AFunctionIsGivenBackAsItWas) {
  WriteFile(root_ + "/sys/bus/pci/drivers/vfio-pci/unbind", "");
  WriteFile(Folder(kFirst) + "/driver_override", "(null)\n");
  WriteFile(Folder(kFirst) + "/reset_method", "flr bus\n");
  WriteFile(Folder(kSecond) + "/driver_override", "vmcoredd-hold\n");
  const FunctionBefore first = LookAtFunction(root_, kFirst);
  const FunctionBefore second = LookAtFunction(root_, kSecond);
  EXPECT_FALSE(first.is_bound);
  for (const char* address : {kFirst, kSecond}) {
    fs::create_symlink("../../drivers/vfio-pci", Folder(address) + "/driver");
    WriteFile(Folder(address) + "/driver_override", "vfio-pci\n");
  }
  ASSERT_TRUE(ForgetResets(root_, kFirst));

  EXPECT_TRUE(GiveBack(root_, first));
  EXPECT_EQ(ReadFile(root_ + "/sys/bus/pci/drivers/vfio-pci/unbind"), kFirst);
  EXPECT_EQ(ReadFile(Folder(kFirst) + "/driver_override").front(), '\n');
  EXPECT_TRUE(ReadFile(Folder(kFirst) + "/reset_method").starts_with("flr bus\n"));
  EXPECT_TRUE(GiveBack(root_, second));
  EXPECT_EQ(ReadFile(root_ + "/sys/bus/pci/drivers/vfio-pci/unbind"), kSecond);
  EXPECT_TRUE(ReadFile(Folder(kSecond) + "/driver_override").starts_with("vmcoredd-hold\n"));
}

TEST_F(VfioHoldTest, WhatSomebodyElseHasBoundStaysBound) {
  fs::create_symlink("../../drivers/vfio-pci", Folder(kFirst) + "/driver");
  WriteFile(Folder(kFirst) + "/driver_override", "vfio-pci\n");
  WriteFile(Folder(kFirst) + "/reset_method", "flr\n");
  const FunctionBefore before = LookAtFunction(root_, kFirst);
  EXPECT_TRUE(before.is_bound);
  EXPECT_TRUE(GiveBack(root_, before)) << "there is no file unbind to write to";
  EXPECT_EQ(ReadFile(Folder(kFirst) + "/driver_override"), "vfio-pci\n");
  // One thing that cannot be written does not keep the others from being tried.
  fs::remove(Folder(kSecond) + "/driver");
  WriteFile(Folder(kSecond) + "/reset_method", "flr\n");
  const FunctionBefore second = LookAtFunction(root_, kSecond);
  WriteFile(Folder(kSecond) + "/reset_method", "\n");
  EXPECT_FALSE(GiveBack(root_, second)) << "there is no driver_override";
  EXPECT_TRUE(ReadFile(Folder(kSecond) + "/reset_method").starts_with("flr"));
}

TEST_F(VfioHoldTest, WithoutAnIommuThereIsNoVfio) {
  fs::remove(Folder(kFirst) + "/iommu_group");
  EXPECT_THAT(Refusal(), HasSubstr("no IOMMU group"));
}

TEST_F(VfioHoldTest, VfioPciHasToBeThereAndLeaveDevicesAwake) {
  WriteFile(root_ + "/sys/module/vfio_pci/parameters/disable_idle_d3", "N\n");
  EXPECT_THAT(Refusal(), HasSubstr("disable_idle_d3=1"));
  fs::remove_all(root_ + "/sys/module");
  EXPECT_THAT(Refusal(), HasSubstr("disable_idle_d3=1"));
  fs::remove_all(root_ + "/sys/bus/pci/drivers/vfio-pci");
  EXPECT_THAT(Refusal(), HasSubstr("vfio-pci is not loaded"));
}

TEST_F(VfioHoldTest, EveryWayToResetIsTakenAwayOrTheDeviceIsLeftAlone) {
  EXPECT_TRUE(ForgetResets(root_, kFirst)) << "there is none";
  WriteFile(Folder(kFirst) + "/reset", "");
  const auto old_kernel = ForgetResets(root_, kFirst);
  ASSERT_FALSE(old_kernel);
  EXPECT_THAT(old_kernel.error().ToString(), HasSubstr("would be reset"));
  WriteFile(Folder(kFirst) + "/reset_method", "flr bus\n");
  EXPECT_TRUE(ForgetResets(root_, kFirst));
  EXPECT_EQ(ReadFile(Folder(kFirst) + "/reset_method").front(), '\n');
  fs::remove(Folder(kFirst) + "/reset_method");
  fs::create_symlink("/dev/full", Folder(kFirst) + "/reset_method");
  EXPECT_FALSE(ForgetResets(root_, kFirst));
}

TEST(WhyNoIommu, SaysWhatToDo) {
  EXPECT_THAT(WhyNoIommu(EPERM), HasSubstr("allow_unsafe_interrupts=1"));
  EXPECT_THAT(WhyNoIommu(ENODEV), HasSubstr("is vfio_iommu_type1 loaded?"));
  EXPECT_EQ(WhyNoIommu(ENOMEM), "cannot set up the IOMMU");
}

TEST(ExtraFd, AChildHasTheOneDescriptorThatItIsGiven) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  for (const bool is_given : {true, false}) {
    ChildTask task;
    task.extra_fd = is_given ? ends[1] : -1;
    task.run = [] { return ::write(kExtraFd, "x", 1) == 1 && ::fcntl(4, F_GETFD) < 0 ? 0 : 1; };
    const auto end = RunChild(task, "", ChildDeadline(std::chrono::seconds(20)),
                              [](std::span<const std::byte>) { return Result<void>(); });
    ASSERT_TRUE(end) << end.error().ToString();
    EXPECT_EQ(end->is_success(), is_given) << ChildEndText(*end);
  }
  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace vmcoredd
