// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/collect_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/collector/support.h"

namespace vmcoredd {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kSchema[] = "schema=vmcoredd-collect/1\n";

std::string WhyNot(const std::string& lines) {
  const auto config = ParseCollectConfig(kSchema + lines);
  return config ? "accepted" : config.error().ToString();
}

TEST(CollectConfig, EveryKeyIsTaken) {
  const auto config =
      ParseCollectConfig(std::string(kSchema) +
                         "generator=0.1.0\ntime=2026-11-20T00:00:00Z\n"
                         "release=6.1.0-56-amd64\nearly=0\nearly_reason=a\\x0ab\n"
                         "hold=1\nallow=side-effect\nearly_ms=1500\nlate_ms=9\n"
                         "device_ms=7\nearly_bar=0\nspool_max=0x40000\n"
                         "late_max=200000\ndevice_max=8192\nmemory_floor=0\n"
                         "compress=0\nfallback=/b\\x20c\nfallback=/d\narchive_max=7\n"
                         "plugin=/a\nplugin=/b\noption.pci.full=1\n"
                         "skip=0000:00:01.0\npath=0000:02:00.0 8086:10d3\n"
                         "hold_also=0000:00:02.0\nhold_never=0000:00:03.0\n"
                         "vfio=0000:00:04.0\n"
                         "identity.0000:02:00.0.driver=e1000e\n"
                         "identity.0000:02:00.0.netdev.0=eth\\x30\n");
  ASSERT_TRUE(config) << config.error().ToString();
  EXPECT_TRUE(config->is_loaded);
  EXPECT_TRUE(config->warnings.empty());
  EXPECT_EQ(config->release, "6.1.0-56-amd64");
  EXPECT_FALSE(config->early);
  EXPECT_EQ(config->early_reason, "a\nb");
  EXPECT_TRUE(config->hold);
  EXPECT_EQ(config->allow, VMCOREDD_DUMP_SIDE_EFFECT);
  EXPECT_EQ(config->early_total, milliseconds(1500));
  EXPECT_EQ(config->early_spool_bytes, 0x40000u);
  EXPECT_FALSE(config->compress);
  EXPECT_THAT(config->fallback, ElementsAre("/b c", "/d"));
  EXPECT_EQ(config->archive_bytes, 7u);
  EXPECT_THAT(config->plugins, ElementsAre("/a", "/b"));
  EXPECT_THAT(config->options, ElementsAre(std::pair("pci.full", "1")));
  ASSERT_EQ(config->path.size(), 1u);
  EXPECT_EQ(config->path[0].address, "0000:02:00.0");
  EXPECT_EQ(config->path[0].vendor_id, 0x8086);
  EXPECT_EQ(config->path[0].device_id, 0x10d3);
  ASSERT_EQ(config->identity.size(), 2u);
  EXPECT_EQ(config->identity[0].address, "0000:02:00.0");
  EXPECT_EQ(config->identity[1].key, "netdev.0");
  EXPECT_EQ(config->identity[1].value, "eth0");
}

TEST(CollectConfig, WhatMakesNoSenseIsRefusedWithItsLine) {
  EXPECT_THAT(WhyNot("early=2\n"), HasSubstr("line 2: early"));
  EXPECT_THAT(WhyNot("early_ms=0\n"), HasSubstr("line 2"));
  EXPECT_THAT(WhyNot("hold=1\nallow=all\n"), HasSubstr("line 3: allow"));
  for (const char* line :
       {"spool_max=1\n", "spool_max=1x\n", "skip=none\n", "path=0000:02:00.0\n",
        "path=0000:02:00.0 8086\n", "path=0000:02:00.0 18086:1\n", "path=x 8086:1\n",
        "plugin=relative\n", "fallback=relative\n", "archive_max=-1\n", "plugin=/a\\x0ab\n",
        "option.a=b\\x0ac=d\n", "identity.x.y=1\n", "identity.0000:02:00.0=1\n",
        "identity.0000:02:00.0.=1\n", "time=\\xzz\n", "no equals\n", "no newline=1"}) {
    EXPECT_THAT(WhyNot(line), HasSubstr("line 2")) << line;
  }
}

TEST(CollectConfig, OtherTextsAreTold) {
  EXPECT_EQ(ParseCollectConfig("").error().code(), ErrorCode::kNotRecognised);
  EXPECT_EQ(ParseCollectConfig("hold=1\n").error().code(), ErrorCode::kNotRecognised);
  EXPECT_EQ(ParseCollectConfig("schema=vmcoredd-collect/2\n").error().code(),
            ErrorCode::kUnsupported);
}

TEST(CollectConfig, UnknownKeysAreAWarningForAnOlderProgramInANewerImage) {
  std::string lines = kSchema;
  for (int i = 0; i < 100; ++i) lines += "future" + std::to_string(i) + "=1\n";
  const auto config = ParseCollectConfig(lines + "hold=1\n");
  ASSERT_TRUE(config);
  EXPECT_TRUE(config->hold);
  EXPECT_THAT(config->warnings.at(0), HasSubstr("future0"));
  EXPECT_LE(config->warnings.size(), 16u);
}

TEST(CollectConfig, WithoutAUsableFileNothingIsHeld) {
  TempFolder folder;
  EXPECT_TRUE(LoadCollectConfig(folder / "none", false).warnings.empty());
  const CollectConfig missing = LoadCollectConfig(folder / "none", true);
  EXPECT_EQ(missing.warnings.size(), 1u);
  EXPECT_FALSE(missing.is_loaded);
  WriteFile(folder / "broken", std::string(kSchema) + "hold=1\nspool_max=200000\nearly=x\n");
  const CollectConfig broken = LoadCollectConfig(folder / "broken", true);
  EXPECT_FALSE(broken.hold);
  EXPECT_EQ(broken.early_spool_bytes, kDefaultSpoolBytes);
  EXPECT_THAT(broken.warnings.at(0), HasSubstr("line 4"));
  WriteFile(folder / "large", std::string(kMaxCollectConfigBytes + 1, 'x'));
  EXPECT_THAT(LoadCollectConfig(folder / "large", true).warnings.at(0), HasSubstr("at most"));
  EXPECT_THAT(LoadCollectConfig(folder.path(), true).warnings.at(0), HasSubstr("not used"));
}

TEST(CollectConfig, EachPhaseHasItsBudget) {
  const CollectConfig config;
  const CaptureSettings early = SettingsFor(config, Phase::kEarly);
  EXPECT_EQ(early.budget.total, milliseconds(2000));
  EXPECT_EQ(early.quota(), 1024u * 1024);
  EXPECT_NE(early.budget.memory_floor, 0u);
  const CaptureSettings late = SettingsFor(config, Phase::kLate);
  EXPECT_EQ(late.budget.total, milliseconds(60000));
  EXPECT_EQ(late.quota(), 256u * 1024 * 1024);
  const CaptureSettings all = SettingsFor(config, Phase::kAll);
  EXPECT_EQ(all.budget.total, milliseconds(0));
  EXPECT_EQ(all.quota(), kDefaultSpoolBytes);
}

}  // namespace
}  // namespace vmcoredd
