// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>

#include "tests/unit/driver-plugins/host/fake_sysfs.h"

extern "C" {
#include "driver-plugins/abi/runner/stand_in.h"
}

namespace vmcoredd {
namespace {

using ::testing::HasSubstr;

constexpr char kIds[] = "vendor_id=0x1af4\ndevice_id=0x1110\n";

TEST(StandIn, ChangesNothingUnasked) {
  FakeSysfs sysfs;
  FakeSession session(sysfs, std::string(kIds) + "option.id.0000:02:00.0=15b3:1017\n");
  stand_in_apply(&session.session_);
  EXPECT_EQ(session.session_.device.vendor_id, 0x1af4);
  EXPECT_EQ(session.session_.device.device_id, 0x1110);
  EXPECT_STREQ(session.session_.stand_in, "");
}

TEST(StandIn, GivesADeviceOtherIdsAndSaysSo) {
  FakeSysfs sysfs;
  FakeSession session(sysfs, std::string(kIds) + "option.id.0000:01:00.0=15B3:a2d2\n");
  stand_in_apply(&session.session_);
  EXPECT_EQ(session.session_.device.vendor_id, 0x15b3);
  EXPECT_EQ(session.session_.device.device_id, 0xa2d2);
  EXPECT_THAT(session.session_.stand_in, HasSubstr("15b3:a2d2"));
}

TEST(StandIn, ReadsAnotherBar) {
  FakeSysfs sysfs;
  FakeSession session(sysfs, "option.bar.0000:01:00.0=3:0,0:2\n");
  stand_in_apply(&session.session_);
  session.Collect(VMCOREDD_DUMP_PASSIVE, 0);
  std::ofstream(sysfs.DevicePath("resource2"));
  vmcoredd_bar bar{sizeof bar, 0, 0};
  const vmcoredd_host& host = session.session_.host;
  EXPECT_EQ(host.describe_bar(&host, &session.session_.device, 3, &bar), 0);
  EXPECT_EQ(bar.size, FakeSysfs::kBarSize);
  EXPECT_EQ(host.describe_bar(&host, &session.session_.device, 0, &bar), 0);
  EXPECT_EQ(bar.flags, VMCOREDD_BAR_IO);
  uint32_t value = 0;
  EXPECT_EQ(session.Read(3, 0x120, 4, &value, 1), 1);
  EXPECT_EQ(value, 0x120u);
  EXPECT_EQ(session.Read(0, 0, 4, &value, 1), -EOPNOTSUPP);
  EXPECT_EQ(session.Read(6, 0, 4, &value, 1), -EINVAL);
}

TEST(StandIn, IgnoresWhatMakesNoSense) {
  for (const char* option :
       {"id.0000:01:00.0=15b3", "id.0000:01:00.0=15b3:", "id.0000:01:00.0=15b3:10170",
        "id.0000:01:00.0=15b3-1017", "id.0000:01:00.0=", "id.0000:01:00.0=0x15b3:0x1017",
        "bar.0000:01:00.0=", "bar.0000:01:00.0=0", "bar.0000:01:00.0=0:6", "bar.0000:01:00.0=0:2,",
        "bar.0000:01:00.0=0:2 1:0", "bar.0000:01:00.0=6:0"}) {
    FakeSysfs sysfs;
    FakeSession session(sysfs, std::string(kIds) + "option." + option + '\n');
    static std::string said;
    said.clear();
    session.session_.host.log = [](const vmcoredd_host*, uint32_t level, const char* text) {
      EXPECT_EQ(level, static_cast<uint32_t>(VMCOREDD_LOG_WARNING));
      said = text;
    };
    stand_in_apply(&session.session_);
    EXPECT_THAT(said, HasSubstr(" ignored: expected ")) << option;
    EXPECT_EQ(session.session_.device.vendor_id, 0x1af4) << option;
    EXPECT_EQ(session.session_.bars.place[0], 0) << option;
    EXPECT_STREQ(session.session_.stand_in, "");
  }
}

}  // namespace
}  // namespace vmcoredd
