// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/readers/devlink/dumps_fixture.h"

namespace vmcoredd::devlink {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(DevlinkDumpsTest, ADeviceIsItsHandleDriverSerialsAndVersions) {
  const DumpOffers offers = Offer({});
  EXPECT_THAT(offers.problems, IsEmpty());
  EXPECT_THAT(offers.offers, IsEmpty());
  ASSERT_THAT(offers.devices, SizeIs(2));
  EXPECT_EQ(offers.devices[0], (Properties{{"bus", "pci"},
                                           {"address", "0000:00:05.0"},
                                           {"driver", "mlx5_core"},
                                           {"serial_number", "AB12"},
                                           {"fixed.fw.psid", "MT_1"},
                                           {"running.fw", "16.35"},
                                           {"stored.fw", "16.36"}}));
  EXPECT_EQ(offers.devices[1], (Properties{{"bus", "netdevsim"}, {"address", "netdevsim1"}}));
}

TEST_F(DevlinkDumpsTest, SnapshotsThatAreThereArePassive) {
  regions_ = {RegionOf(kNic, "cr-space", 600, {1, 7}), RegionOf(kOther, "dummy", 32768, {0}),
              RegionOf(kNic, "fw-health", 64, {}), RegionOf(kNic, "nothing", 0, {1})};
  const DumpOffers offers = Offer({});
  EXPECT_THAT(Names(offers),
              ElementsAre("mlx5_core_0000:00:05.0_cr-space@1", "mlx5_core_0000:00:05.0_cr-space@7",
                          "devlink_netdevsim1_dummy@0"));
  const DumpOffer& offer = offers.offers[1];
  EXPECT_EQ(offer.risk, Risk::kPassive);
  EXPECT_EQ(offer.handle, kNic);
  EXPECT_FALSE(offer.cleanup);
  EXPECT_FALSE(offer.is_optional);
  EXPECT_EQ(offer.registration.source, "mlx5_core");
  EXPECT_EQ(offer.registration.content, "devlink-region");
  EXPECT_EQ(std::get<uint64_t>(offer.registration.size), 600U);
  EXPECT_THAT(offer.registration.device,
              Contains(std::pair<std::string, std::string>("driver", "mlx5_core")));
  Properties properties = offer.registration.device;
  properties.erase(properties.begin(), properties.end() - 2);
  EXPECT_EQ(properties, (Properties{{"region", "cr-space"}, {"snapshot", "7"}}));

  recording_->Answer({RegionMessage({RegionChunk(0), RegionChunk(512, 88)}), DoneMessage()});
  const auto collected = Collect(offer);
  ASSERT_TRUE(collected) << collected.error().ToString();
  EXPECT_THAT(bytes_, SizeIs(256 + 88));
  EXPECT_THAT(context_.holes, ElementsAre("256 not in the answer of the kernel"));
  EXPECT_THAT(context_.perturbations, IsEmpty());
  EXPECT_THAT(Commands(), ElementsAre(DEVLINK_CMD_REGION_READ));
  EXPECT_EQ(recording_->requests[0].Uint(DEVLINK_ATTR_REGION_SNAPSHOT_ID), 7U);
}

TEST_F(DevlinkDumpsTest, ANewSnapshotIsTakenReadAndDeleted) {
  regions_ = {RegionOf(kNic, "cr-space", 256, {1}), RegionOf(kNic, "nvm", 256, {})};
  DumpRequest request;
  request.regions = false;
  request.new_snapshots = true;
  const DumpOffers offers = Offer(request);
  EXPECT_THAT(Names(offers),
              ElementsAre("mlx5_core_0000:00:05.0_cr-space@new", "mlx5_core_0000:00:05.0_nvm@new"));
  std::set<std::string> numbers;
  for (const DumpOffer& offer : offers.offers) {
    EXPECT_EQ(offer.risk, Risk::kSideEffect);
    EXPECT_EQ(offer.registration.device.back().first, "snapshot");
    numbers.insert(offer.registration.device.back().second);
    // Where drivers' own never are.
    EXPECT_GE(std::stoul(offer.registration.device.back().second), 0x70000000U);
    EXPECT_LT(std::stoul(offer.registration.device.back().second), 0x80000001U);
  }
  EXPECT_THAT(numbers, SizeIs(2));

  const DumpOffer& offer = offers.offers[0];
  recording_->Answer({AckMessage()});
  recording_->Answer({RegionMessage({RegionChunk(0)}), DoneMessage()});
  recording_->Answer({AckMessage()});
  ASSERT_TRUE(Collect(offer));
  EXPECT_EQ(bytes_, RegionBytes(0, 256));
  EXPECT_THAT(context_.perturbations, ElementsAre(HasSubstr("a snapshot was taken")));
  ASSERT_TRUE(offer.cleanup());
  EXPECT_THAT(Commands(),
              ElementsAre(DEVLINK_CMD_REGION_NEW, DEVLINK_CMD_REGION_READ, DEVLINK_CMD_REGION_DEL));
  for (const auto& asked : recording_->requests) {
    EXPECT_EQ(asked.String(DEVLINK_ATTR_REGION_NAME), "cr-space");
    EXPECT_EQ(std::to_string(asked.Uint(DEVLINK_ATTR_REGION_SNAPSHOT_ID).value_or(0)),
              offer.registration.device.back().second);
  }
}

TEST_F(DevlinkDumpsTest, CleanupIsContentWhenThereIsNothingLeft) {
  regions_ = {RegionOf(kNic, "cr-space", 256, {})};
  DumpRequest request;
  request.new_snapshots = true;
  const DumpOffers offers = Offer(request);
  ASSERT_THAT(offers.offers, SizeIs(1));
  // It was not taken; the device is gone.
  for (const int error : {EINVAL, ENODEV}) {
    recording_->Answer({AckMessage(error)});
    EXPECT_TRUE(offers.offers[0].cleanup()) << error;
  }
  recording_->Answer({AckMessage(EBUSY)});
  const auto cleaned = offers.offers[0].cleanup();
  ASSERT_FALSE(cleaned);
  EXPECT_THAT(cleaned.error().ToString(),
              HasSubstr("snapshot " + offers.offers[0].registration.device.back().second));
}

TEST_F(DevlinkDumpsTest, WhatIsRefusedIsNotTheSnapshotsPerturbation) {
  regions_ = {RegionOf(kNic, "cr-space", 256, {})};
  DumpRequest request;
  request.new_snapshots = true;
  const DumpOffers offers = Offer(request);
  recording_->Answer({AckMessage(ENOSPC, "too many")});
  const auto collected = Collect(offers.offers.at(0));
  ASSERT_FALSE(collected);
  EXPECT_THAT(collected.error().ToString(), HasSubstr("too many"));
  EXPECT_THAT(context_.perturbations, IsEmpty());
}

TEST_F(DevlinkDumpsTest, StoredDumpsArePassiveAndHaveTheirTime) {
  reporters_ = {ReporterOf(kNic, "fw_fatal", 1700000000123456789), ReporterOf(kPort, "tx", {}),
                ReporterOf(kNic, "vnic", {}, std::nullopt)};
  DumpRequest request;
  request.diagnose = false;
  const DumpOffers offers = Offer(request);
  EXPECT_THAT(Names(offers), ElementsAre("mlx5_core_0000:00:05.0_fw_fatal"));
  const DumpOffer& offer = offers.offers[0];
  EXPECT_EQ(offer.risk, Risk::kPassive);
  EXPECT_EQ(offer.registration.content, "devlink-fmsg");
  EXPECT_EQ(std::get<SizeCallback>(offer.registration.size)(1 << 20), std::nullopt);
  Properties properties = offer.registration.device;
  properties.erase(properties.begin(), properties.end() - 2);
  EXPECT_EQ(properties, (Properties{{"reporter", "fw_fatal"},
                                    {"dump_time", "2023-11-14T22:13:20.123456789Z"}}));

  MessageBuilder part = From(DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, kNic);
  part.PutFlag(DEVLINK_ATTR_FMSG_OBJ_NEST_START);
  recording_->Answer({ReporterOf(kNic, "fw_fatal", 1), AckMessage()});
  recording_->Answer({ToVector(part), DoneMessage()});
  const auto collected = Collect(offer);
  ASSERT_TRUE(collected) << collected.error().ToString();
  EXPECT_THAT(bytes_, SizeIs(part.bytes().size()));
  EXPECT_THAT(context_.perturbations, IsEmpty());
  EXPECT_THAT(Commands(),
              ElementsAre(DEVLINK_CMD_HEALTH_REPORTER_GET, DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET));
}

// DUMP_GET of a reporter without a dump would have the driver make one.
TEST_F(DevlinkDumpsTest, AStoredDumpThatWasClearedIsNotMadeAnew) {
  reporters_ = {ReporterOf(kNic, "fw_fatal", 1)};
  DumpRequest request;
  request.diagnose = false;
  const DumpOffers offers = Offer(request);
  recording_->Answer({ReporterOf(kNic, "fw_fatal", {}), AckMessage()});
  const auto collected = Collect(offers.offers.at(0));
  ASSERT_FALSE(collected);
  EXPECT_EQ(collected.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(Commands(), ElementsAre(DEVLINK_CMD_HEALTH_REPORTER_GET));
}

TEST_F(DevlinkDumpsTest, ADumpIsTriggeredOnRequestOnlyAndIntrusive) {
  reporters_ = {ReporterOf(kNic, "stored", 1), ReporterOf(kPort, "tx", {}),
                ReporterOf(kNic, "off", {}, false), ReporterOf(kNic, "cannot", {}, std::nullopt)};
  DumpRequest request;
  request.diagnose = false;
  request.trigger_dumps = true;
  const DumpOffers offers = Offer(request);
  // Of one whose auto_dump is off too: it can make one.
  EXPECT_THAT(Names(offers),
              ElementsAre("mlx5_core_0000:00:05.0_stored", "mlx5_core_0000:00:05.0_p1_tx",
                          "mlx5_core_0000:00:05.0_off"));
  const DumpOffer& offer = offers.offers[1];
  EXPECT_EQ(offer.risk, Risk::kIntrusive);
  EXPECT_EQ(offers.offers[0].risk, Risk::kPassive);
  recording_->Answer({ReporterOf(kPort, "tx", {}), AckMessage()});
  recording_->Answer({DoneMessage()});
  EXPECT_TRUE(Collect(offer));
  EXPECT_THAT(context_.perturbations, ElementsAre("the driver made the dump for this capture"));
}

TEST_F(DevlinkDumpsTest, ADiagnosisIsPassiveAndMayBeUnsupported) {
  reporters_ = {ReporterOf(kPort, "tx", 1)};
  DumpRequest request;
  request.stored_dumps = false;
  const DumpOffers offers = Offer(request);
  EXPECT_THAT(Names(offers), ElementsAre("mlx5_core_0000:00:05.0_p1_tx.diagnose"));
  const DumpOffer& offer = offers.offers[0];
  EXPECT_EQ(offer.risk, Risk::kPassive);
  EXPECT_TRUE(offer.is_optional);
  EXPECT_EQ(offer.handle, kPort);
  EXPECT_THAT(
      offer.registration.device,
      testing::IsSupersetOf(Properties{{"port", "1"}, {"netdev", "eth0"}, {"reporter", "tx"}}));
  recording_->Answer({AckMessage(EOPNOTSUPP)});
  const auto collected = Collect(offer);
  ASSERT_FALSE(collected);
  EXPECT_EQ(collected.error().os_error(), EOPNOTSUPP);
  EXPECT_THAT(Commands(), ElementsAre(DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE));
}

TEST_F(DevlinkDumpsTest, OnlyTheDevicesAndNamesThatAreAskedFor) {
  regions_ = {RegionOf(kNic, "cr-space", 8, {1}), RegionOf(kNic, "fw", 8, {1}),
              RegionOf(kOther, "cr-space", 8, {1})};
  reporters_ = {ReporterOf(kNic, "fw", 1), ReporterOf(kPort, "fw", 1), ReporterOf(kNic, "rx", 1)};
  DumpRequest request;
  request.devices = {kNic};
  request.names = {"fw", "cr-space"};
  request.diagnose = false;
  const DumpOffers offers = Offer(request);
  EXPECT_THAT(offers.devices, SizeIs(1));
  // A device with its ports.
  EXPECT_THAT(Names(offers),
              ElementsAre("mlx5_core_0000:00:05.0_cr-space@1", "mlx5_core_0000:00:05.0_fw@1",
                          "mlx5_core_0000:00:05.0_fw", "mlx5_core_0000:00:05.0_p1_fw"));
}

TEST_F(DevlinkDumpsTest, APortIsWithoutWhatIsOfItsDevice) {
  regions_ = {RegionOf(kNic, "cr-space", 8, {1})};
  reporters_ = {ReporterOf(kNic, "fw", 1), ReporterOf(kPort, "tx", 1),
                ReporterOf({"pci", "0000:00:05.0", 2}, "tx", 1)};
  DumpRequest request;
  request.devices = {kPort};
  request.diagnose = false;
  const DumpOffers offers = Offer(request);
  EXPECT_THAT(Names(offers), ElementsAre("mlx5_core_0000:00:05.0_p1_tx"));
  EXPECT_THAT(offers.devices, SizeIs(1));
}

}  // namespace
}  // namespace vmcoredd::devlink
