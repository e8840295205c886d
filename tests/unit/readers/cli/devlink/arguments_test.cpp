// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/arguments.h"

#include <gtest/gtest.h>

namespace vmcoredd::devlink_cli {
namespace {

Result<devlink::Handle> NoNetdev(const std::string& name) {
  return Fail(ErrorCode::kNotFound, "Netdevice \"" + name + "\" not found");
}

TEST(ArgumentsTest, KeywordsMayBeCutShort) {
  Arguments arguments({"reg", "show", "shown"});
  EXPECT_FALSE(arguments.Take("resource"));
  EXPECT_TRUE(arguments.Take("region"));
  EXPECT_TRUE(arguments.Take("show"));
  EXPECT_FALSE(arguments.Take("show")) << "longer than the keyword";
  EXPECT_EQ(arguments.Next(), "shown");
  EXPECT_TRUE(arguments.is_empty());
  EXPECT_FALSE(arguments.Take("show"));
}

TEST(ArgumentsTest, HandlesOfDevicesAndPorts) {
  Arguments arguments({"pci/0000:00:05.0", "pci/0000:00:05.0/7", "pci/0000:00:05.0/x", "eth0",
                       "pci", "pci/0000:00:05.0/4294967296"});
  const auto device = TakeDeviceOrPort(arguments, NoNetdev);
  ASSERT_TRUE(device);
  EXPECT_EQ(device->ToString(), "pci/0000:00:05.0");
  const auto port = TakeDeviceOrPort(arguments, NoNetdev);
  ASSERT_TRUE(port);
  EXPECT_EQ(port->port, 7u);
  EXPECT_EQ(TakePort(arguments, NoNetdev).error().message(),
            "Port index \"x\" is not a number or not within range");
  EXPECT_EQ(TakePort(arguments, NoNetdev).error().message(), "Netdevice \"eth0\" not found");
  EXPECT_EQ(TakeDevice(arguments).error().message(),
            "Wrong identification string format. "
            "Devlink identification (\"bus_name/dev_name\") expected");
  EXPECT_FALSE(TakePort(arguments, NoNetdev)) << "2^32 is no port";
  EXPECT_FALSE(TakePort(arguments, NoNetdev)) << "nothing is left";
}

TEST(ArgumentsTest, RegionsOfDevicesAndPorts) {
  Arguments arguments({"pci/0000:00:05.0/cr-space", "mdio/a/3/port", "mdio/a/x/port", "a/b"});
  const auto region = TakeRegion(arguments);
  ASSERT_TRUE(region);
  EXPECT_EQ(region->region, "cr-space");
  EXPECT_EQ(region->handle.device, "0000:00:05.0");
  EXPECT_FALSE(region->handle.port);
  const auto of_port = TakeRegion(arguments);
  ASSERT_TRUE(of_port);
  EXPECT_EQ(of_port->region, "port");
  EXPECT_EQ(of_port->handle.port, 3u);
  EXPECT_FALSE(TakeRegion(arguments));
  EXPECT_FALSE(TakeRegion(arguments));
}

TEST(ArgumentsTest, SettingsInAnyOrderAndCutShort) {
  Arguments arguments({"l", "0x10", "sn", "0", "addr", "18446744073709551615"});
  const auto settings =
      TakeSettings(arguments, {Keyword::kAddress, Keyword::kLength}, {Keyword::kSnapshot});
  ASSERT_TRUE(settings) << settings.error().ToString();
  EXPECT_EQ(settings->length, 16u);
  EXPECT_EQ(settings->snapshot, 0u);
  EXPECT_EQ(settings->address, UINT64_MAX);
}

TEST(ArgumentsTest, SettingsThatMakeNoSense) {
  const auto complaint = [](std::vector<std::string> words, std::vector<Keyword> required,
                            std::vector<Keyword> optional = {}) {
    Arguments arguments(std::move(words));
    const auto settings = TakeSettings(arguments, required, optional);
    return settings ? "none" : settings.error().message();
  };
  EXPECT_EQ(complaint({}, {Keyword::kLength, Keyword::kSnapshot}), "Region snapshot id expected.");
  EXPECT_EQ(complaint({"snapshot"}, {Keyword::kSnapshot}), "Unsigned number argument expected");
  EXPECT_EQ(complaint({"snapshot", "-1"}, {Keyword::kSnapshot}),
            "\"-1\" is not a number or not within range");
  EXPECT_EQ(complaint({"snapshot", "0x1"}, {Keyword::kSnapshot}),
            "\"0x1\" is not a number or not within range");
  EXPECT_EQ(complaint({"address", "0x"}, {Keyword::kAddress}),
            "\"0x\" is not a number or not within range");
  EXPECT_EQ(complaint({"address", "0x11112222333344445"}, {Keyword::kAddress}),
            "\"0x11112222333344445\" is not a number or not within range");
  EXPECT_EQ(complaint({"snapshot", "1", "\x1b[2J"}, {Keyword::kSnapshot}),
            "Unknown option \"\\x1b[2J\"");
  EXPECT_EQ(complaint({"auto_d", "yes"}, {}, {Keyword::kAutoRecover, Keyword::kAutoDump}),
            "\"yes\" is not a valid boolean value");
  EXPECT_EQ(complaint({"cmode", "run"}, {Keyword::kMode}), "Unknown configuration mode \"run\"");
}

}  // namespace
}  // namespace vmcoredd::devlink_cli
