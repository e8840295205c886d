// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/devlink_dumps.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <set>

#include "tests/unit/readers/devlink/device_answers.h"
#include "tests/unit/readers/devlink/region_answers.h"
#include "vmcoredd/format/devlink/attributes.h"
#include "vmcoredd/format/dump_name.h"

namespace vmcoredd::devlink {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Datagrams = std::vector<std::vector<std::byte>>;
using Risk = DumpOffer::Risk;

const Handle kNic{"pci", "0000:00:05.0", {}};
const Handle kPort{"pci", "0000:00:05.0", 1};
const Handle kOther{"netdevsim", "netdevsim1", {}};

// What a callback said.
class Context final : public DumpContext {
 public:
  Result<void> WriteHole(uint64_t size, std::string reason) override {
    holes.push_back(std::to_string(size) + ' ' + std::move(reason));
    return {};
  }
  void MarkHole(ByteRange, std::string) override {}
  void AddWarning(std::string) override {}
  void AddPerturbation(std::string text) override { perturbations.push_back(std::move(text)); }

  std::vector<std::string> holes, perturbations;
};

class DevlinkDumpsTest : public testing::Test {
 protected:
  // What devlink has, in the order in which it is asked.
  Datagrams devices_{ToVector(From(DEVLINK_CMD_GET, kNic)),
                     ToVector(From(DEVLINK_CMD_GET, kOther))};
  std::vector<RecordedEvent> infos_{Datagram(InfoOf(kNic)), Datagram(DoneMessage())};
  Datagrams ports_{PortOf(kPort, "eth0")};
  Datagrams regions_, reporters_;

  DumpOffers Offer(const DumpRequest& request) {
    devices_.push_back(DoneMessage());
    ports_.push_back(DoneMessage());
    regions_.push_back(DoneMessage());
    reporters_.push_back(DoneMessage());
    recording_->Answer(devices_);
    recording_->Answer(infos_);
    recording_->Answer(ports_);
    if (request.regions || request.new_snapshots) recording_->Answer(regions_);
    if (request.stored_dumps || request.trigger_dumps || request.diagnose) {
      recording_->Answer(reporters_);
    }
    auto client = DevlinkClient::Open(*open_());
    auto offers = OfferDevlinkDumps(*client, open_, request);
    EXPECT_TRUE(offers) << offers.error().ToString();
    // What only asks for what there is changes nothing.
    for (const auto& asked : recording_->requests) {
      EXPECT_THAT((std::set<int>{DEVLINK_CMD_GET, DEVLINK_CMD_INFO_GET, DEVLINK_CMD_PORT_GET,
                                 DEVLINK_CMD_REGION_GET, DEVLINK_CMD_HEALTH_REPORTER_GET}),
                  Contains(static_cast<int>(asked.command)));
    }
    recording_->requests.clear();
    return offers ? *std::move(offers) : DumpOffers();
  }

  static std::vector<std::string> Names(const DumpOffers& offers) {
    std::vector<std::string> names;
    for (const DumpOffer& offer : offers.offers) names.push_back(offer.registration.name);
    return names;
  }

  Result<void> Collect(const DumpOffer& offer) {
    BufferStream out;
    auto collected = std::get<StreamCallback>(offer.registration.collect)(out, context_);
    bytes_ = out.bytes();
    return collected;
  }

  std::vector<int> Commands() const {
    std::vector<int> commands;
    for (const auto& request : recording_->requests) commands.push_back(request.command);
    return commands;
  }

  std::shared_ptr<Recording> recording_ = std::make_shared<Recording>();
  ChannelOpener open_ = [this]() -> Result<std::unique_ptr<MessageChannel>> {
    return std::make_unique<RecordedChannel>(recording_);
  };
  std::vector<std::byte> bytes_;
  Context context_;
};

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

TEST_F(DevlinkDumpsTest, WhatCannotBeAskedIsAProblemAndCostsItselfOnly) {
  regions_ = {RegionOf(kNic, "cr-space", 8, {1})};
  reporters_ = {ReporterOf(kNic, "fw", 1)};
  infos_ = {Datagram(DoneMessage(EIO, "firmware does not answer"))};
  const DumpOffers offers = Offer({});
  ASSERT_THAT(offers.problems, SizeIs(1));
  EXPECT_THAT(offers.problems[0], testing::StartsWith("devlink dev info: "));
  EXPECT_THAT(offers.problems[0], HasSubstr("firmware does not answer"));
  // Nobody says the driver then.
  EXPECT_THAT(Names(offers),
              ElementsAre("devlink_0000:00:05.0_cr-space@1", "devlink_0000:00:05.0_fw",
                          "devlink_0000:00:05.0_fw.diagnose"));
}

// The list that did not end is in the way of others on the same socket.
TEST_F(DevlinkDumpsTest, WhatIsNotAnsweredCostsItselfOnly) {
  regions_ = {RegionOf(kNic, "cr-space", 8, {1})};
  infos_ = {Datagram(InfoOf(kNic)), Silence()};
  const DumpOffers offers = Offer({});
  ASSERT_THAT(offers.problems, SizeIs(1));
  EXPECT_THAT(offers.problems[0], HasSubstr("no answer within"));
  EXPECT_THAT(Names(offers), ElementsAre("devlink_0000:00:05.0_cr-space@1"));
}

// The survey's channel is another one than that of callbacks.
TEST_F(DevlinkDumpsTest, TheNextQuestionIsAskedThroughTheChannelForIt) {
  regions_ = {RegionOf(kNic, "cr-space", 8, {1})};
  infos_ = {Silence()};
  int asked_again = 0;
  DumpRequest request;
  request.ask_again = [&] { return ++asked_again, open_(); };
  const DumpOffers offers = Offer(request);
  EXPECT_EQ(asked_again, 1);
  ASSERT_THAT(offers.offers, SizeIs(1));
  recording_->Answer({RegionMessage({RegionChunk(0, 8)}), DoneMessage()});
  EXPECT_TRUE(Collect(offers.offers[0]));
  EXPECT_EQ(asked_again, 1);
}

TEST_F(DevlinkDumpsTest, WithoutAnotherChannelNothingMoreIsAsked) {
  infos_ = {Silence()};
  DumpRequest request;
  request.ask_again = []() -> Result<std::unique_ptr<MessageChannel>> {
    return FailIo("no connection", ETIMEDOUT);
  };
  const DumpOffers offers = Offer(request);
  EXPECT_THAT(offers.problems,
              ElementsAre(HasSubstr("dev info: no answer"), HasSubstr("nothing more was asked")));
  EXPECT_THAT(offers.devices, SizeIs(2));
  EXPECT_THAT(recording_->answers, SizeIs(3));  // of ports, regions and reporters
}

TEST_F(DevlinkDumpsTest, WhatAKernelDoesNotHaveIsNoProblem) {
  regions_ = {};
  infos_ = {Datagram(AckMessage(EOPNOTSUPP))};
  EXPECT_THAT(Offer({}).problems, IsEmpty());
}

TEST_F(DevlinkDumpsTest, WithoutDevicesThereIsAnError) {
  recording_->Answer({AckMessage(EPERM)});
  auto client = DevlinkClient::Open(*open_());
  const auto offers = OfferDevlinkDumps(*client, open_, {});
  ASSERT_FALSE(offers);
  EXPECT_EQ(offers.error().os_error(), EPERM);
}

TEST_F(DevlinkDumpsTest, HostileNamesBecomeSafeOnesAndStayInTheProperties) {
  const std::string name = "a/../b \x1b[31m";
  regions_ = {RegionOf(kNic, name, 8, {1}), RegionOf(kNic, std::string(200, 'x'), 8, {1})};
  const DumpOffers offers = Offer({});
  ASSERT_THAT(offers.offers, SizeIs(2));
  for (const DumpOffer& offer : offers.offers) {
    EXPECT_TRUE(CheckDumpName(offer.registration.name)) << offer.registration.name;
  }
  EXPECT_THAT(offers.offers[0].registration.device,
              Contains(std::pair<std::string, std::string>("region", name)));
}

TEST_F(DevlinkDumpsTest, CallbacksHaveThePatienceThatTheyAreGiven) {
  regions_ = {RegionOf(kNic, "cr-space", 8, {1})};
  DumpRequest request;
  request.patience = std::chrono::milliseconds(1234);
  const DumpOffers offers = Offer(request);
  recording_->Answer({Silence()});
  const auto collected = Collect(offers.offers.at(0));
  ASSERT_FALSE(collected);
  EXPECT_EQ(collected.error().os_error(), ETIMEDOUT);
  EXPECT_EQ(recording_->timeout, request.patience);
}

TEST_F(DevlinkDumpsTest, CallbacksOutliveTheOpener) {
  regions_ = {RegionOf(kNic, "cr-space", 8, {1})};
  const DumpOffers offers = Offer({});
  ASSERT_THAT(offers.offers, SizeIs(1));
  open_ = []() -> Result<std::unique_ptr<MessageChannel>> { return FailIo("closed", EPERM); };
  recording_->Answer({RegionMessage({RegionChunk(0, 8)}), DoneMessage()});
  EXPECT_TRUE(Collect(offers.offers[0]));
}

}  // namespace
}  // namespace vmcoredd::devlink
