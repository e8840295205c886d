// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>

#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "tests/unit/collector/support.h"

namespace vmcoredd {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr milliseconds kDeadline{5000};

std::string PathOf(const std::string& name) {
  return std::string(PLUGIN_FOLDER) + "/vmcoredd-plugin-" + name;
}

class PluginAbiTest : public testing::Test {
 protected:
  void SetUp() override {
    AddPciDevice(folder_ / "tree", "0000:00:04.0", PlainConfig(256));
    settings_.sysroot = folder_ / "tree";
    settings_.budget.process = kDeadline;
  }
  std::string Refusal(const std::string& name) {
    const auto plugin = DescribeExecutable(PathOf(name), kDeadline);
    return plugin ? "accepted" : plugin.error().ToString();
  }

  TempFolder folder_;
  CaptureSettings settings_;
};

TEST_F(PluginAbiTest, AnOlderPluginWithSmallerStructsWorks) {
  const auto plugin = DescribeExecutable(PathOf("older"), kDeadline);
  ASSERT_TRUE(plugin) << plugin.error().ToString();
  EXPECT_EQ(plugin->name, "older");
  EXPECT_EQ(plugin->description, "");
  const auto run = RunCapture({*plugin}, settings_, folder_ / "spool");
  ASSERT_TRUE(run) << run.error().ToString();
  EXPECT_EQ(run->spool.dumps.at("older_0000:00:04.0").payload, "old");
  EXPECT_EQ(run->summary.complete, 1u);
}

TEST_F(PluginAbiTest, ANewerPluginWithLargerStructsWorksWithoutItsNewFeatures) {
  const auto plugin = DescribeExecutable(PathOf("newer"), kDeadline);
  ASSERT_TRUE(plugin) << plugin.error().ToString();
  EXPECT_EQ(plugin->description, "of the future");
  const auto run = RunCapture({*plugin}, settings_, folder_ / "spool");
  ASSERT_TRUE(run) << run.error().ToString();
  EXPECT_EQ(run->spool.dumps.at("newer_0000:00:04.0").payload, "new");
}

TEST_F(PluginAbiTest, RefusesAPluginWithoutItsMandatoryPartsAndNamesThem) {
  EXPECT_THAT(Refusal("broken1"), HasSubstr("register_dumps callback is missing"));
  EXPECT_THAT(Refusal("broken2"), HasSubstr("struct_size"));
  EXPECT_THAT(Refusal("broken3"), HasSubstr("abi_version is not 1"));
  EXPECT_THAT(Refusal("broken4"), HasSubstr("its name is not"));
  EXPECT_THAT(Refusal("broken5"), HasSubstr("match callback is missing"));
  EXPECT_THAT(Refusal("broken6"), HasSubstr("no plugin"));
  for (int i = 1; i <= 6; ++i) {
    EXPECT_THAT(Refusal("broken" + std::to_string(i)), HasSubstr("vmcoredd-plugin-broken"));
  }
}

TEST_F(PluginAbiTest, RefusesAnExecutableThatOthersMayWrite) {
  const std::string copy = folder_ / "copy";
  std::filesystem::copy_file(PathOf("older"), copy);
  ASSERT_EQ(::chmod(copy.c_str(), 0755), 0);
  EXPECT_TRUE(DescribeExecutable(copy, kDeadline));
  ASSERT_EQ(::chmod(copy.c_str(), 0775), 0);
  const auto refused = DescribeExecutable(copy, kDeadline);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kRefused);
}

TEST_F(PluginAbiTest, WhatIsNoPluginIsSaidSo) {
  EXPECT_EQ(DescribeExecutable(folder_ / "none", kDeadline).error().code(), ErrorCode::kIo);
  WriteFile(folder_ / "text", "not a program\n");
  ASSERT_EQ(::chmod((folder_ / "text").c_str(), 0755), 0);
  EXPECT_THAT(DescribeExecutable(folder_ / "text", kDeadline).error().ToString(),
              HasSubstr("could not be started"));
  EXPECT_FALSE(DescribeExecutable("/bin/true", kDeadline));
  EXPECT_FALSE(DescribeExecutable("/usr/bin/yes", kDeadline));
  EXPECT_FALSE(DescribeExecutable(folder_.path(), kDeadline));
}

TEST_F(PluginAbiTest, APluginThatIsNotThereInTimeIsGivenUp) {
  WriteFile(folder_ / "slow", "#!/bin/sh\nexec sleep 100\n");
  ASSERT_EQ(::chmod((folder_ / "slow").c_str(), 0755), 0);
  const auto begin = std::chrono::steady_clock::now();
  const auto refused = DescribeExecutable(folder_ / "slow", milliseconds(100));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().ToString(), HasSubstr("before the deadline"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(50));
}

TEST(StructCopy, TakesWhatBothSidesKnow) {
  struct Small {
    uint32_t struct_size;
    uint32_t first;
  };
  struct Large {
    uint32_t struct_size;
    uint32_t first;
    uint32_t second;
  };
  const Small small{sizeof small, 1};
  Large large{0, 9, 9};
  vmcoredd_struct_copy(&large, sizeof large, &small);
  EXPECT_EQ(large.struct_size, sizeof small);
  EXPECT_EQ(large.first, 1u);
  EXPECT_EQ(large.second, 0u);
  EXPECT_TRUE(VMCOREDD_HAS(&large, first));
  EXPECT_FALSE(VMCOREDD_HAS(&large, second));

  const Large source{sizeof source, 3, 4};
  Small target{};
  vmcoredd_struct_copy(&target, sizeof target, &source);
  EXPECT_EQ(target.struct_size, sizeof target);
  EXPECT_EQ(target.first, 3u);
}

}  // namespace
}  // namespace vmcoredd
