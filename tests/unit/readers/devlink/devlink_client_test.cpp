// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/devlink_client.h"

#include <gmock/gmock.h>
#include <linux/devlink.h>
#include <linux/netlink.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include "tests/support/devlink/recorded_channel.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Datagrams = std::vector<std::vector<std::byte>>;

const char* const kRecordings[] = {
    "health_diag_dummy16",     "health_dump_dummy16", "health_dump_dummy8192",
    "health_dump_dummy_break", "health_dump_empty",   "health_get_dummy_after",
    "health_get_dump",         "region_get_dump",     "region_new",
    "region_read_100_10"};

// tests/golden/netlink/README.md.
Datagrams Recorded(const std::string& name) {
  std::ifstream file(VMCOREDD_GOLDEN "/netlink/" + name + ".nl", std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto bytes = std::as_bytes(std::span(all));
  Datagrams datagrams;
  size_t at = 0;
  while (bytes.size() - at >= 4) {
    const auto size = LoadInt<uint32_t>(&bytes[at], std::endian::little);
    const auto datagram = bytes.subspan(at + 4, size);
    datagrams.emplace_back(datagram.begin(), datagram.end());
    at += 4 + size;
  }
  EXPECT_THAT(datagrams, testing::Not(IsEmpty())) << name;
  // It was asked without NLM_F_ACK.
  if (name == "health_diag_dummy16") datagrams.push_back(AckMessage());
  return datagrams;
}

class DevlinkClientTest : public testing::Test {
 protected:
  DevlinkClientTest() {
    auto client = DevlinkClient::Open(std::make_unique<RecordedChannel>(recording_));
    EXPECT_TRUE(client) << client.error().ToString();
    client_ = std::make_unique<DevlinkClient>(*std::move(client));
  }

  const Recording::Request& request() {
    EXPECT_THAT(recording_->requests, testing::Not(IsEmpty()));
    return recording_->requests.back();
  }
  MessageVisitor Collect() {
    return [this](const Message& message) -> Result<void> {
      messages_.emplace_back(message.whole.begin(), message.whole.end());
      return {};
    };
  }

  const Handle device_{"netdevsim", "netdevsim1", {}};
  const ReporterName dummy_{device_, "dummy"};
  std::shared_ptr<Recording> recording_ = std::make_shared<Recording>();
  std::unique_ptr<DevlinkClient> client_;
  Datagrams messages_;
};

TEST_F(DevlinkClientTest, ReadsRecordedRegions) {
  recording_->Answer(Recorded("region_get_dump"));
  const auto regions = client_->Regions();
  ASSERT_TRUE(regions) << regions.error().ToString();
  ASSERT_THAT(*regions, SizeIs(1));
  EXPECT_EQ(regions->front().handle, device_);
  EXPECT_EQ(regions->front().name, "dummy");
  EXPECT_EQ(regions->front().size, 32768U);
  EXPECT_EQ(regions->front().max_snapshots, 16U);
  EXPECT_THAT(regions->front().snapshots, IsEmpty());
  EXPECT_EQ(request().command, DEVLINK_CMD_REGION_GET);
  EXPECT_EQ(request().flags, NLM_F_REQUEST | NLM_F_ACK | NLM_F_DUMP);
}

TEST_F(DevlinkClientTest, TakesARecordedSnapshot) {
  recording_->Answer(Recorded("region_new"));
  const auto snapshot = client_->NewSnapshot(device_, "dummy", std::nullopt);
  ASSERT_TRUE(snapshot) << snapshot.error().ToString();
  EXPECT_EQ(*snapshot, 0U);
  EXPECT_EQ(request().command, DEVLINK_CMD_REGION_NEW);
  EXPECT_EQ(request().String(DEVLINK_ATTR_REGION_NAME), "dummy");
  EXPECT_FALSE(request().Has(DEVLINK_ATTR_REGION_SNAPSHOT_ID));
}

TEST_F(DevlinkClientTest, AChosenNumberIsOnlyAcknowledged) {
  recording_->Answer({AckMessage()});
  EXPECT_EQ(client_->NewSnapshot(device_, "dummy", 7), 7U);
  EXPECT_EQ(request().Uint(DEVLINK_ATTR_REGION_SNAPSHOT_ID), 7U);
  recording_->Answer({AckMessage()});
  EXPECT_EQ(client_->NewSnapshot(device_, "dummy", std::nullopt).error().code(),
            ErrorCode::kCorrupt);
  recording_->Answer({AckMessage()});
  EXPECT_TRUE(client_->DeleteSnapshot(device_, "dummy", 7));
  EXPECT_EQ(request().command, DEVLINK_CMD_REGION_DEL);
  EXPECT_EQ(request().Uint(DEVLINK_ATTR_REGION_SNAPSHOT_ID), 7U);
}

TEST_F(DevlinkClientTest, ReadsARecordedRange) {
  recording_->Answer(Recorded("region_read_100_10"));
  std::vector<std::pair<uint64_t, size_t>> chunks;
  const auto read = client_->ReadRegion({device_, "dummy", 0, 100, 10}, [&](const auto& chunk) {
    chunks.emplace_back(chunk.address, chunk.bytes.size());
    return Result<void>();
  });
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_THAT(chunks, ElementsAre(std::pair(uint64_t{100}, size_t{10})));
}

TEST_F(DevlinkClientTest, ReadsRecordedReporters) {
  recording_->Answer(Recorded("health_get_dump"));
  const auto reporters = client_->Reporters();
  ASSERT_TRUE(reporters) << reporters.error().ToString();
  ASSERT_THAT(*reporters, SizeIs(2));
  const Reporter& empty = (*reporters)[0];
  EXPECT_EQ(empty.name, "empty");
  EXPECT_EQ(empty.handle, device_);
  EXPECT_FALSE(empty.has_dump());
  EXPECT_FALSE(empty.auto_recover);
  EXPECT_EQ(empty.auto_dump, true);
  EXPECT_FALSE(empty.grace_period_ms);
  const Reporter& dummy = (*reporters)[1];
  EXPECT_EQ(dummy.name, "dummy");
  EXPECT_EQ(dummy.state, 0);
  EXPECT_EQ(dummy.auto_recover, true);
  EXPECT_EQ(dummy.grace_period_ms, 0U);
}

TEST_F(DevlinkClientTest, ReadsARecordedReporterWithADump) {
  recording_->Answer(Recorded("health_get_dummy_after"));
  const auto reporter = client_->GetReporter(dummy_);
  ASSERT_TRUE(reporter) << reporter.error().ToString();
  EXPECT_EQ(reporter->errors, 1U);
  EXPECT_EQ(reporter->recoveries, 1U);
  EXPECT_TRUE(reporter->has_dump());
  EXPECT_EQ(reporter->dump_time_ms, 0xfffb7300U);
  EXPECT_EQ(reporter->dump_time_ns, 0x18e9bb580cae977eU);
  EXPECT_EQ(request().command, DEVLINK_CMD_HEALTH_REPORTER_GET);
  EXPECT_EQ(request().flags, NLM_F_REQUEST | NLM_F_ACK);
  EXPECT_EQ(request().String(DEVLINK_ATTR_HEALTH_REPORTER_NAME), "dummy");
}

TEST_F(DevlinkClientTest, DumpsAndDiagnosesAsRecorded) {
  const struct {
    const char* name;
    size_t messages;
  } dumps[] = {{"health_dump_empty", 1},
               {"health_dump_dummy16", 1},
               {"health_dump_dummy_break", 1},
               {"health_dump_dummy8192", 2}};
  for (const auto& dump : dumps) {
    SCOPED_TRACE(dump.name);
    messages_.clear();
    recording_->Answer(Recorded(dump.name));
    const auto dumped = client_->DumpGet(dummy_, Collect());
    ASSERT_TRUE(dumped) << dumped.error().ToString();
    EXPECT_THAT(messages_, SizeIs(dump.messages));
    EXPECT_EQ(request().command, DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET);
    EXPECT_EQ(request().flags, NLM_F_REQUEST | NLM_F_ACK | NLM_F_DUMP);
  }
  messages_.clear();
  recording_->Answer(Recorded("health_diag_dummy16"));
  const auto diagnosed = client_->Diagnose(dummy_, Collect());
  EXPECT_TRUE(diagnosed) << diagnosed.error().ToString();
  EXPECT_THAT(messages_, SizeIs(1));
  EXPECT_EQ(request().flags, NLM_F_REQUEST | NLM_F_ACK);
}

TEST_F(DevlinkClientTest, ATrampledDumpIsAskedForAgain) {
  recording_->Answer(
      {Recorded("health_dump_dummy8192")[0], DoneMessage(EAGAIN, "Dump trampled, please retry")});
  recording_->Answer(Recorded("health_dump_dummy8192"));
  const auto dumped = client_->DumpGet(dummy_, Collect(), [this] { messages_.clear(); });
  ASSERT_TRUE(dumped) << dumped.error().ToString();
  EXPECT_THAT(messages_, SizeIs(2));
}

// A recording that ends early, anywhere, is an error, and never half an answer as a whole one.
TEST_F(DevlinkClientTest, EveryCutOfARecordingIsAnError) {
  for (const char* name : kRecordings) {
    SCOPED_TRACE(name);
    const Datagrams whole = Recorded(name);
    for (size_t kept = 0; kept < whole.size(); ++kept) {
      for (size_t size = 0; size < whole[kept].size(); size += 1 + size / 40) {
        Datagrams cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(kept));
        cut.emplace_back(whole[kept].begin(), whole[kept].begin() + static_cast<ptrdiff_t>(size));
        auto recording = std::make_shared<Recording>();
        auto client = DevlinkClient::Open(std::make_unique<RecordedChannel>(recording));
        ASSERT_TRUE(client);
        client->generic().set_timeout(std::chrono::milliseconds(0));
        recording->Answer(cut);
        const bool is_do = std::string_view(name) == "health_diag_dummy16" ||
                           std::string_view(name) == "region_new" ||
                           std::string_view(name) == "health_get_dummy_after";
        auto any = client->generic().NewRequest(DEVLINK_CMD_GET);
        const auto asked = is_do ? client->generic().Do(std::move(any))
                                 : client->generic().Dump(std::move(any), nullptr);
        EXPECT_FALSE(asked) << "datagram " << kept << " cut to " << size;
      }
    }
  }
}

TEST_F(DevlinkClientTest, ADeviceThatDisappears) {
  recording_->Answer({AckMessage(ENODEV)});
  EXPECT_EQ(client_->Info(device_).error().code(), ErrorCode::kNotFound);
  recording_->Answer({Recorded("health_get_dump")[0], DoneMessage(ENODEV)});
  EXPECT_EQ(client_->Reporters().error().code(), ErrorCode::kNotFound);
  recording_->Answer({Recorded("health_dump_dummy8192")[0], DoneMessage(EINVAL)});
  EXPECT_FALSE(client_->DumpGet(dummy_, Collect()));
  EXPECT_THAT(messages_, SizeIs(1));
}

TEST_F(DevlinkClientTest, InterruptedListsHaveNothingTwice) {
  MessageBuilder one = NewMessage(DEVLINK_CMD_GET, NLM_F_MULTI | NLM_F_DUMP_INTR);
  one.PutString(DEVLINK_ATTR_BUS_NAME, "pci");
  one.PutString(DEVLINK_ATTR_DEV_NAME, "0000:00:05.0");
  MessageBuilder two = NewMessage(DEVLINK_CMD_GET, NLM_F_MULTI);
  two.PutString(DEVLINK_ATTR_BUS_NAME, "pci");
  two.PutString(DEVLINK_ATTR_DEV_NAME, "0000:00:06.0");
  recording_->Answer({ToVector(one), ToVector(two), DoneMessage()});
  recording_->Answer({ToVector(two), DoneMessage()});
  const auto devices = client_->Devices();
  ASSERT_TRUE(devices) << devices.error().ToString();
  EXPECT_THAT(*devices, ElementsAre(Handle{"pci", "0000:00:06.0", {}}));
}

TEST_F(DevlinkClientTest, SetsAReporterOfAPort) {
  recording_->Answer({AckMessage()});
  const ReporterName tx{{"pci", "0000:00:05.0", 1}, "tx"};
  ReporterSettings settings;
  settings.grace_period_ms = uint64_t{1} << 40;
  settings.burst_period_ms = 5;
  settings.auto_recover = false;
  ASSERT_TRUE(client_->SetReporter(tx, settings));
  EXPECT_EQ(request().command, DEVLINK_CMD_HEALTH_REPORTER_SET);
  EXPECT_EQ(request().Uint(DEVLINK_ATTR_PORT_INDEX), 1U);
  EXPECT_EQ(request().Uint(DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD), uint64_t{1} << 40);
  EXPECT_EQ(request().Uint(kAttrHealthBurstPeriod), 5U);
  EXPECT_EQ(request().Uint(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER), 0U);
  EXPECT_FALSE(request().Has(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP));

  const struct {
    Result<void> (DevlinkClient::*method)(const ReporterName&);
    uint8_t command;
  } commands[] = {{&DevlinkClient::Recover, DEVLINK_CMD_HEALTH_REPORTER_RECOVER},
                  {&DevlinkClient::Test, DEVLINK_CMD_HEALTH_REPORTER_TEST},
                  {&DevlinkClient::ClearDump, DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR}};
  for (const auto& command : commands) {
    recording_->Answer({AckMessage()});
    EXPECT_TRUE(((*client_).*command.method)(tx));
    EXPECT_EQ(request().command, command.command);
    EXPECT_EQ(request().flags, NLM_F_REQUEST | NLM_F_ACK);
  }
}

TEST_F(DevlinkClientTest, SetsParametersByTheirType) {
  using Value = std::variant<bool, uint64_t, std::string>;
  const struct {
    FmsgType type;
    Value value;
    std::optional<size_t> bytes;  // of the data; none: there is no data
  } cases[] = {{FmsgType::kU8, uint64_t{255}, 1},     {FmsgType::kU16, uint64_t{65535}, 2},
               {FmsgType::kU32, uint64_t{7}, 4},      {FmsgType::kU64, uint64_t{1} << 63, 8},
               {FmsgType::kString, "text", 5},        {FmsgType::kFlag, true, 0},
               {FmsgType::kFlag, false, std::nullopt}};
  Parameter parameter;
  parameter.name = "region_snapshot_enable";
  for (const auto& value : cases) {
    SCOPED_TRACE(static_cast<int>(value.type));
    parameter.type = static_cast<uint8_t>(value.type);
    recording_->Answer({AckMessage()});
    const auto set = client_->SetParameter(device_, parameter, {1, value.value});
    ASSERT_TRUE(set) << set.error().ToString();
    EXPECT_EQ(request().command, DEVLINK_CMD_PARAM_SET);
    EXPECT_EQ(request().Uint(DEVLINK_ATTR_PARAM_TYPE), static_cast<uint8_t>(value.type));
    EXPECT_EQ(request().Uint(DEVLINK_ATTR_PARAM_VALUE_CMODE), 1U);
    EXPECT_EQ(request().Has(DEVLINK_ATTR_PARAM_VALUE_DATA), value.bytes.has_value());
    if (const auto* number = std::get_if<uint64_t>(&value.value)) {
      EXPECT_EQ(request().Uint(DEVLINK_ATTR_PARAM_VALUE_DATA), *number);
    }
  }
  const size_t asked = recording_->requests.size();
  for (const Value& wrong : {Value(uint64_t{256}), Value("255"), Value(true)}) {
    parameter.type = static_cast<uint8_t>(FmsgType::kU8);
    EXPECT_EQ(client_->SetParameter(device_, parameter, {1, wrong}).error().code(),
              ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(recording_->requests.size(), asked);
}

TEST_F(DevlinkClientTest, NamesThatFitNoRequestAreRefused) {
  for (const std::string& name :
       {std::string(70000, 'x'), std::string(5000, 'x'), std::string("a\0b", 3)}) {
    EXPECT_EQ(client_->GetRegion(device_, name).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(client_->Recover({device_, name}).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(client_->DumpGet({device_, name}, nullptr).error().code(),
              ErrorCode::kInvalidArgument);
  }
  EXPECT_THAT(recording_->requests, IsEmpty());
}

TEST_F(DevlinkClientTest, NothingIsNoAnswerToOne) {
  recording_->Answer({AckMessage()});
  EXPECT_EQ(client_->GetReporter(dummy_).error().code(), ErrorCode::kCorrupt);
}

TEST_F(DevlinkClientTest, ANamespaceWithoutDevicesHasNone) {
  recording_->Answer({DoneMessage()});
  EXPECT_THAT(client_->Devices().value(), IsEmpty());
  recording_->Answer({DoneMessage()});
  EXPECT_THAT(client_->Reporters().value(), IsEmpty());
}

}  // namespace
}  // namespace vmcoredd::devlink
