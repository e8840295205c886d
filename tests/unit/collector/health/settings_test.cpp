// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_settings.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "collector/capture/flat_text.h"
#include "collector/setup/health_conf.h"
#include "tests/unit/collector/health/simulated_mlx5.h"
#include "tests/unit/collector/support.h"

// What one program writes, the other reads.

namespace vmcoredd {
namespace {

Result<HealthSettings> Through(const Config& config, const DumpPath& path) {
  const std::string text = VMCOREDD_TRY(HealthText(config, path));
  Properties lines = VMCOREDD_TRY(ParseFlatText(text));
  for (auto& [key, value] : lines) {
    EXPECT_TRUE(key.starts_with("health."));
    key = key.substr(7);
  }
  return ParseHealthSettings(lines);
}

TEST(HealthSettingsTest, OffByDefault) {
  EXPECT_EQ(HealthText(Config(), DumpPath()), "");
  EXPECT_FALSE(HealthSettings().enabled);
  EXPECT_FALSE(HealthSettings().recover);
}

TEST(HealthSettingsTest, BothSidesAgree) {
  const ParsedConfig parsed = ParseConfig(
      "[health]\nenabled = true\npoll_ms = 500\nrecover = true\nrecover_method = \"rebind\"\n"
      "group = \"0\"\n");
  ASSERT_TRUE(parsed.problems.empty());
  DumpPath path;
  path.devices.push_back({"0000:05:00.0", 0x15b3, 0x1017, "the dump target"});
  const auto settings = Through(parsed.config, path);
  ASSERT_TRUE(settings) << settings.error().ToString();
  EXPECT_TRUE(settings->enabled);
  EXPECT_EQ(settings->mlx5, std::vector<std::string>{"auto"});
  EXPECT_EQ(settings->poll_ms, 500u);
  EXPECT_TRUE(settings->recover);
  EXPECT_EQ(settings->recover_method, "rebind");
  EXPECT_EQ(settings->group, gid_t{0});
  EXPECT_TRUE(settings->needed_is_known);
  EXPECT_EQ(settings->needed.at("0000:05:00.0"), "the dump target");
  path.unknown.push_back("something could not be followed");
  EXPECT_FALSE(Through(parsed.config, path)->needed_is_known);
}

TEST(HealthSettingsTest, MistakesAreFound) {
  Config config;
  config.health.enabled = true;
  config.health.group = "there-is-no-such-group";
  EXPECT_EQ(HealthText(config, DumpPath()).error().code(), ErrorCode::kNotFound);
  for (const auto& line : Properties{{"enabled", "2"},
                                     {"mlx5", "../x"},
                                     {"poll_ms", "0"},
                                     {"recover_method", "reboot"},
                                     {"needed", "x"},
                                     {"socket", "relative"},
                                     {"what", "1"}}) {
    EXPECT_EQ(ParseHealthSettings({line}).error().code(), ErrorCode::kCorrupt) << line.first;
  }
  for (const char* text : {"recover_method = \"reboot\"", "mlx5 = [\"auto\"]", "poll_ms = 1"}) {
    EXPECT_EQ(ParseConfig(std::string("[health]\n") + text).problems.size(), 1u) << text;
  }
}

TEST(HealthSettingsTest, AutoLeavesOutWhatTheKernelHas) {
  TempFolder folder;
  const SimulatedMlx5 device(folder.path());
  EXPECT_EQ(FindMlx5Devices(folder.path()), std::vector<std::string>{SimulatedMlx5::kAddress});
  std::filesystem::create_symlink("../../drivers/mlx5_core", device.Path("driver"));
  EXPECT_TRUE(FindMlx5Devices(folder.path()).empty());
}

}  // namespace
}  // namespace vmcoredd
