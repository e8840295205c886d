// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/devlink_types.h"

#include <gmock/gmock.h>
#include <linux/devlink.h>

#include <functional>

#include "tests/support/devlink/recorded_channel.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ParseHandle, TakesDevicesAndPorts) {
  const struct {
    const char* text;
    Handle handle;
  } handles[] = {
      {"pci/0000:00:05.0", {"pci", "0000:00:05.0", {}}},
      {"netdevsim/netdevsim1/0", {"netdevsim", "netdevsim1", 0}},
      {"auxiliary/mlx5_core.sf.4/4294967295", {"auxiliary", "mlx5_core.sf.4", 4294967295}}};
  for (const auto& good : handles) {
    const auto handle = ParseHandle(good.text);
    ASSERT_TRUE(handle) << handle.error().ToString();
    EXPECT_EQ(*handle, good.handle);
    EXPECT_EQ(handle->ToString(), good.text);
  }
}

TEST(ParseHandle, RefusesWhatNamesNone) {
  for (const std::string& bad :
       {std::string(), std::string("pci"), std::string("/x"), std::string("pci/"),
        std::string("pci//1"), std::string("pci/x/"), std::string("pci/x/y"),
        std::string("pci/x/1/2"), std::string("pci/x/-1"), std::string("pci/x/+1"),
        std::string("pci/x/4294967296"), std::string("pci/x/1 "), std::string("pci/a\0b", 7)}) {
    const auto handle = ParseHandle(bad);
    ASSERT_FALSE(handle) << bad;
    EXPECT_EQ(handle.error().code(), ErrorCode::kInvalidArgument);
  }
  EXPECT_THAT(ParseHandle("\x1b[31m").error().message(), HasSubstr("\\x1b[31m"));
}

// A message of devlink, read where it lies.
class Made {
 public:
  explicit Made(const std::function<void(MessageBuilder&)>& fill, bool with_device = true) {
    MessageBuilder builder = NewMessage(1);
    // What no version of ours knows is passed over, wherever it stands.
    builder.PutU32(999, 1);
    if (with_device) {
      builder.PutString(DEVLINK_ATTR_BUS_NAME, "pci");
      builder.PutString(DEVLINK_ATTR_DEV_NAME, "0000:00:05.0");
    }
    fill(builder);
    bytes_ = ToVector(builder);
    (void)VisitMessages(bytes_, 0, std::endian::native, [this](const Message& message) {
      message_ = message;
      return Result<void>();
    });
  }
  const Message& operator*() const { return message_; }

 private:
  std::vector<std::byte> bytes_;
  Message message_;
};

void Nothing(MessageBuilder& /*message*/) {}

template <typename T>
void ExpectCorrupt(Result<T> (*read)(const Message&), const Made& made) {
  const auto value = read(*made);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code(), ErrorCode::kCorrupt) << value.error().ToString();
}

TEST(ReadHandle, NeedsBusAndDevice) {
  ExpectCorrupt(ReadRegion, Made(Nothing, /*with_device=*/false));
  ExpectCorrupt(ReadReporter, Made(Nothing, /*with_device=*/false));
  ExpectCorrupt(ReadDeviceInfo, Made(Nothing, /*with_device=*/false));
  ExpectCorrupt(ReadPort, Made(Nothing, /*with_device=*/false));
  ExpectCorrupt(ReadParameter, Made(Nothing, /*with_device=*/false));
  EXPECT_FALSE(ReadDeviceInfo(
      *Made([](MessageBuilder& m) { m.PutString(DEVLINK_ATTR_BUS_NAME, "pci"); }, false)));
}

TEST(ReadRegion, ReadsARegionOfAPortWithSnapshots) {
  const Made made([](MessageBuilder& m) {
    m.PutU32(DEVLINK_ATTR_PORT_INDEX, 3);
    m.PutString(DEVLINK_ATTR_REGION_NAME, "port");
    m.PutU64(DEVLINK_ATTR_REGION_SIZE, uint64_t{5} << 30);
    m.PutU32(kAttrRegionMaxSnapshots, 8);
    m.BeginNest(DEVLINK_ATTR_REGION_SNAPSHOTS);
    for (const uint32_t id : {0U, 4294967295U}) {
      m.PutU8(777, 1);
      m.BeginNest(DEVLINK_ATTR_REGION_SNAPSHOT);
      m.PutU32(DEVLINK_ATTR_REGION_SNAPSHOT_ID, id);
      m.EndNest();
    }
    m.EndNest();
  });
  const auto region = ReadRegion(*made);
  ASSERT_TRUE(region) << region.error().ToString();
  EXPECT_EQ(region->handle, (Handle{"pci", "0000:00:05.0", 3}));
  EXPECT_EQ(region->size, uint64_t{5} << 30);
  EXPECT_EQ(region->max_snapshots, 8U);
  EXPECT_THAT(region->snapshots, ElementsAre(0, 4294967295));
}

TEST(ReadRegion, ANotificationHasItsSnapshot) {
  const auto region = ReadRegion(*Made([](MessageBuilder& m) {
    m.PutString(DEVLINK_ATTR_REGION_NAME, "cr-space");
    m.PutU32(DEVLINK_ATTR_REGION_SNAPSHOT_ID, 9);
  }));
  ASSERT_TRUE(region) << region.error().ToString();
  EXPECT_THAT(region->snapshots, ElementsAre(9));
  EXPECT_EQ(region->size, 0U);
  EXPECT_FALSE(region->max_snapshots);
}

TEST(ReadRegion, NeedsItsNameAndNumbers) {
  ExpectCorrupt(ReadRegion, Made(Nothing));
  ExpectCorrupt(ReadRegion, Made([](MessageBuilder& m) {
                  m.PutString(DEVLINK_ATTR_REGION_NAME, "x");
                  m.BeginNest(DEVLINK_ATTR_REGION_SNAPSHOTS);
                  m.BeginNest(DEVLINK_ATTR_REGION_SNAPSHOT);
                  m.EndNest();
                  m.EndNest();
                }));
}

TEST(ReadReporter, ReadsWhatANewKernelSays) {
  const auto reporter = ReadReporter(*Made([](MessageBuilder& m) {
    m.PutU32(DEVLINK_ATTR_PORT_INDEX, 1);
    m.PutU32(kAttrIndex, 4);
    m.BeginNest(DEVLINK_ATTR_HEALTH_REPORTER);
    m.PutString(DEVLINK_ATTR_HEALTH_REPORTER_NAME, "tx");
    m.PutU8(DEVLINK_ATTR_HEALTH_REPORTER_STATE, 1);
    m.PutU64(DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT, uint64_t{1} << 33);
    m.PutU64(DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD, 500);
    m.PutU64(kAttrHealthBurstPeriod, 400);
    m.PutU8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER, 0);
    m.PutU8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP, 1);
    m.EndNest();
  }));
  ASSERT_TRUE(reporter) << reporter.error().ToString();
  EXPECT_EQ(reporter->handle.port, 1U);
  EXPECT_EQ(reporter->state, 1);
  EXPECT_EQ(reporter->errors, uint64_t{1} << 33);
  EXPECT_EQ(reporter->grace_period_ms, 500U);
  EXPECT_EQ(reporter->burst_period_ms, 400U);
  EXPECT_EQ(reporter->auto_recover, false);
  EXPECT_EQ(reporter->auto_dump, true);
  EXPECT_FALSE(reporter->has_dump());
  ExpectCorrupt(ReadReporter, Made(Nothing));
  ExpectCorrupt(ReadReporter, Made([](MessageBuilder& m) {
                  m.BeginNest(DEVLINK_ATTR_HEALTH_REPORTER);
                  m.EndNest();
                }));
}

TEST(ReadDeviceInfo, ReadsVersionsInTheirOrder) {
  const auto info = ReadDeviceInfo(*Made([](MessageBuilder& m) {
    m.PutString(DEVLINK_ATTR_INFO_DRIVER_NAME, "mlx5_core");
    m.PutString(DEVLINK_ATTR_INFO_SERIAL_NUMBER, "s");
    m.PutString(DEVLINK_ATTR_INFO_BOARD_SERIAL_NUMBER, "b");
    for (const uint16_t type : {DEVLINK_ATTR_INFO_VERSION_STORED, DEVLINK_ATTR_INFO_VERSION_RUNNING,
                                DEVLINK_ATTR_INFO_VERSION_FIXED}) {
      m.BeginNest(type);
      m.PutString(DEVLINK_ATTR_INFO_VERSION_NAME, "fw");
      m.PutString(DEVLINK_ATTR_INFO_VERSION_VALUE, std::to_string(type));
      m.EndNest();
    }
  }));
  ASSERT_TRUE(info) << info.error().ToString();
  EXPECT_EQ(info->driver, "mlx5_core");
  EXPECT_EQ(info->serial_number, "s");
  EXPECT_EQ(info->board_serial_number, "b");
  ASSERT_THAT(info->versions, SizeIs(3));
  EXPECT_EQ(info->versions[0].kind, DeviceInfo::Version::Kind::kStored);
  EXPECT_EQ(info->versions[1].kind, DeviceInfo::Version::Kind::kRunning);
  EXPECT_EQ(info->versions[2].kind, DeviceInfo::Version::Kind::kFixed);
  EXPECT_EQ(info->versions[2].value, "100");
  ExpectCorrupt(ReadDeviceInfo, Made([](MessageBuilder& m) {
                  m.BeginNest(DEVLINK_ATTR_INFO_VERSION_FIXED);
                  m.EndNest();
                }));
}

TEST(ReadPort, NeedsItsNumber) {
  const auto port = ReadPort(*Made([](MessageBuilder& m) {
    m.PutU32(DEVLINK_ATTR_PORT_INDEX, 7);
    m.PutU16(DEVLINK_ATTR_PORT_TYPE, DEVLINK_PORT_TYPE_ETH);
    m.PutString(DEVLINK_ATTR_PORT_NETDEV_NAME, "eth0");
    m.PutU16(DEVLINK_ATTR_PORT_FLAVOUR, DEVLINK_PORT_FLAVOUR_PHYSICAL);
  }));
  ASSERT_TRUE(port) << port.error().ToString();
  EXPECT_EQ(port->handle.port, 7U);
  EXPECT_EQ(port->netdev, "eth0");
  EXPECT_EQ(port->type, DEVLINK_PORT_TYPE_ETH);
  EXPECT_EQ(port->flavour, DEVLINK_PORT_FLAVOUR_PHYSICAL);
  ExpectCorrupt(ReadPort, Made(Nothing));
}

// `data`: puts the value's data, if any.
Made MadeParameter(uint8_t type, const std::function<void(MessageBuilder&)>& data) {
  return Made([&](MessageBuilder& m) {
    m.BeginNest(DEVLINK_ATTR_PARAM);
    m.PutString(DEVLINK_ATTR_PARAM_NAME, "p");
    m.PutFlag(DEVLINK_ATTR_PARAM_GENERIC);
    m.PutU8(DEVLINK_ATTR_PARAM_TYPE, type);
    m.BeginNest(DEVLINK_ATTR_PARAM_VALUES_LIST);
    m.BeginNest(DEVLINK_ATTR_PARAM_VALUE);
    m.PutU8(DEVLINK_ATTR_PARAM_VALUE_CMODE, DEVLINK_PARAM_CMODE_DRIVERINIT);
    data(m);
    m.EndNest();
    m.EndNest();
    m.EndNest();
  });
}

TEST(ReadParameter, ReadsEachType) {
  using Value = std::variant<bool, uint64_t, std::string>;
  const uint16_t data_type = DEVLINK_ATTR_PARAM_VALUE_DATA;
  const struct {
    FmsgType type;
    std::function<void(MessageBuilder&)> data;
    std::optional<Value> value;
  } cases[] = {
      {FmsgType::kFlag, [=](MessageBuilder& m) { m.PutFlag(data_type); }, true},
      {FmsgType::kFlag, Nothing, false},
      {FmsgType::kU8, [=](MessageBuilder& m) { m.PutU8(data_type, 9); }, uint64_t{9}},
      {FmsgType::kU32, [=](MessageBuilder& m) { m.PutU32(data_type, 1 << 20); }, uint64_t{1 << 20}},
      {FmsgType::kString, [=](MessageBuilder& m) { m.PutString(data_type, "on"); }, "on"},
      // What cannot be understood is left out.
      {FmsgType::kU32, Nothing, std::nullopt},
      {FmsgType::kU32, [=](MessageBuilder& m) { m.PutString(data_type, "12345"); }, std::nullopt},
      {FmsgType::kString, Nothing, std::nullopt},
      {static_cast<FmsgType>(0x81), [=](MessageBuilder& m) { m.PutU64(data_type, 1); },
       std::nullopt},
  };
  for (const auto& value : cases) {
    SCOPED_TRACE(&value - cases);
    const auto parameter =
        ReadParameter(*MadeParameter(static_cast<uint8_t>(value.type), value.data));
    ASSERT_TRUE(parameter) << parameter.error().ToString();
    EXPECT_EQ(parameter->name, "p");
    EXPECT_TRUE(parameter->is_generic);
    if (!value.value) {
      EXPECT_THAT(parameter->values, IsEmpty());
      continue;
    }
    ASSERT_THAT(parameter->values, SizeIs(1));
    EXPECT_EQ(parameter->values[0].mode, DEVLINK_PARAM_CMODE_DRIVERINIT);
    EXPECT_EQ(parameter->values[0].value, *value.value);
  }
}

}  // namespace
}  // namespace vmcoredd::devlink
