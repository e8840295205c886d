// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_session.h"

#include <gtest/gtest.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <cerrno>

#include "tests/unit/collector/health/support.h"
#include "vmcoredd/format/devlink/netlink_message.h"

// Datagrams in, datagrams out, without a socket.

namespace vmcoredd {
namespace {

using devlink::Message;
using devlink::MessageBuilder;

struct Seen {
  uint16_t type = 0, flags = 0;
  uint32_t sequence = 0;
  int error = -1;  // of NLMSG_ERROR and NLMSG_DONE
  std::string text;
  bool operator==(const Seen&) const = default;
};

class SessionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    device_ = *devices_.Add("pci", "0000:05:00.0");
    ReporterOps ops;
    ops.recover = [](const ReportContext*, std::string&) { return 0; };
    ops.dump = [this](devlink::FmsgBuilder& out, const ReportContext*, std::string&) {
      const std::vector<std::byte> bytes(dump_bytes_);
      out.BinaryPair("data", bytes);
      return 0;
    };
    ops.diagnose = [this](devlink::FmsgBuilder& out, std::string&) {
      const std::vector<std::byte> bytes(diagnosis_bytes_);
      out.BinaryPair("data", bytes);
      return 0;
    };
    AddReporter("dummy", std::move(ops));
  }
  void AddReporter(const std::string& name, ReporterOps ops) {
    auto made = HealthReporter::Create({"pci", "0000:05:00.0", std::nullopt, name}, std::move(ops),
                                       {}, clock_, observer_);
    ASSERT_TRUE(made);
    ASSERT_TRUE(devices_.AddReporter(*device_, *std::move(made)));
  }
  HealthReporter& Dummy() { return *device_->reporters.front(); }

  static MessageBuilder Request(uint8_t command, uint16_t flags, uint32_t sequence = 1) {
    MessageBuilder request(kHealthFamily, static_cast<uint16_t>(NLM_F_REQUEST | flags), sequence, 0,
                           1024);
    request.PutGeneric(command, 1);
    return request;
  }
  static MessageBuilder OfDummy(uint8_t command, uint16_t flags, uint32_t sequence = 1) {
    MessageBuilder request = Request(command, flags, sequence);
    request.PutString(DEVLINK_ATTR_BUS_NAME, "pci");
    request.PutString(DEVLINK_ATTR_DEV_NAME, "0000:05:00.0");
    request.PutString(DEVLINK_ATTR_HEALTH_REPORTER_NAME, "dummy");
    return request;
  }

  std::vector<Seen> Drain(size_t limit = 10000) {
    std::vector<Seen> seen;
    while (seen.size() < limit) {
      const auto datagram = session_.Next();
      if (!datagram) break;
      EXPECT_LE(datagram->size(), 32768u);
      const auto visited = devlink::VisitMessages(
          *datagram, 0, std::endian::native, [&](const Message& message) -> Result<void> {
            Seen one{message.type, message.flags, message.sequence, -1, {}};
            if (message.type == NLMSG_ERROR ||
                (message.type == NLMSG_DONE && message.payload.size() >= 4)) {
              const auto answer = devlink::ReadAnswer(message);
              EXPECT_TRUE(answer);
              one.error = answer->error;
              one.text = answer->text;
            }
            seen.push_back(one);
            return {};
          });
      EXPECT_TRUE(visited) << visited.error().ToString();
    }
    return seen;
  }
  std::vector<Seen> Ask(const MessageBuilder& request) {
    EXPECT_TRUE(session_.wants_request());
    session_.Take(request.bytes());
    return Drain();
  }
  int ErrorOf(const MessageBuilder& request) {
    const std::vector<Seen> seen = Ask(request);
    return seen.empty() ? -1 : seen.back().error;
  }

  FakeClock clock_;
  RecordingObserver observer_;
  HealthDevices devices_;
  HealthDevice* device_ = nullptr;
  HealthSession session_{devices_, true};
  size_t dump_bytes_ = 100000, diagnosis_bytes_ = 16;
};

TEST_F(SessionTest, FamilyIsFoundByNameAndById) {
  MessageBuilder request(GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_ACK, 9, 0, 256);
  request.PutGeneric(CTRL_CMD_GETFAMILY, 1);
  request.PutString(CTRL_ATTR_FAMILY_NAME, "devlink");
  const std::vector<Seen> seen = Ask(request);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].type, GENL_ID_CTRL);
  EXPECT_EQ(seen[0].sequence, 9u);
  EXPECT_EQ(seen[1].error, 0);
  MessageBuilder other(GENL_ID_CTRL, NLM_F_REQUEST, 9, 0, 256);
  other.PutGeneric(CTRL_CMD_GETFAMILY, 1);
  other.PutString(CTRL_ATTR_FAMILY_NAME, "nl80211");
  EXPECT_EQ(ErrorOf(other), ENOENT);
  MessageBuilder list(GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_DUMP, 9, 0, 256);
  list.PutGeneric(CTRL_CMD_GETFAMILY, 1);
  EXPECT_EQ(Ask(list).size(), 2u);
}

TEST_F(SessionTest, RequestsAreRefusedAsTheKernelDoes) {
  MessageBuilder stranger(kHealthFamily + 1, NLM_F_REQUEST, 1, 0, 64);
  stranger.PutGeneric(1, 1);
  EXPECT_EQ(ErrorOf(stranger), ENOENT);
  EXPECT_EQ(ErrorOf(MessageBuilder(kHealthFamily, NLM_F_REQUEST, 1, 0, 64)), EINVAL);
  EXPECT_EQ(ErrorOf(Request(250, 0)), EOPNOTSUPP);
  EXPECT_EQ(ErrorOf(Request(DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, 0)), EOPNOTSUPP);
  EXPECT_EQ(ErrorOf(Request(DEVLINK_CMD_HEALTH_REPORTER_TEST, NLM_F_DUMP)), EOPNOTSUPP);
  EXPECT_EQ(ErrorOf(Request(DEVLINK_CMD_HEALTH_REPORTER_GET, 0)), EINVAL);
  MessageBuilder unnamed = Request(DEVLINK_CMD_HEALTH_REPORTER_GET, 0);
  unnamed.PutString(DEVLINK_ATTR_BUS_NAME, "pci");
  unnamed.PutString(DEVLINK_ATTR_DEV_NAME, "0000:05:00.0");
  EXPECT_EQ(ErrorOf(unnamed), EINVAL);
  // Not a request: only answered when it wants an ack.
  EXPECT_TRUE(Ask(MessageBuilder(kHealthFamily, 0, 1, 0, 64)).empty());
  EXPECT_EQ(ErrorOf(MessageBuilder(NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, 1, 0, 64)), 0);
  MessageBuilder narrow = OfDummy(DEVLINK_CMD_HEALTH_REPORTER_SET, 0);
  narrow.PutU32(DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD, 5);
  EXPECT_EQ(ErrorOf(narrow), ERANGE);
}

TEST_F(SessionTest, APortThatIsNotThereIsPassedOver) {
  MessageBuilder request = OfDummy(DEVLINK_CMD_HEALTH_REPORTER_GET, NLM_F_ACK);
  request.PutU32(DEVLINK_ATTR_PORT_INDEX, 7);
  EXPECT_EQ(ErrorOf(request), 0);
}

TEST_F(SessionTest, ManyRequestsInOneDatagram) {
  HealthDatagram datagram;
  for (uint32_t i = 1; i <= 100; ++i) {
    const MessageBuilder request = OfDummy(DEVLINK_CMD_HEALTH_REPORTER_GET, NLM_F_ACK, i);
    datagram.insert(datagram.end(), request.bytes().begin(), request.bytes().end());
  }
  datagram.resize(datagram.size() + 20, std::byte{0xff});  // and something that is none
  session_.Take(datagram);
  const std::vector<Seen> seen = Drain();
  ASSERT_EQ(seen.size(), 200u);
  for (uint32_t i = 0; i < 200; ++i) EXPECT_EQ(seen[i].sequence, i / 2 + 1);
  EXPECT_TRUE(session_.wants_request());
}

TEST_F(SessionTest, DumpIsMultiPartAndHasNoAck) {
  const std::vector<Seen> seen =
      Ask(OfDummy(DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, NLM_F_DUMP | NLM_F_ACK));
  ASSERT_GT(seen.size(), 3u);
  for (size_t i = 0; i + 1 < seen.size(); ++i) {
    EXPECT_EQ(seen[i].flags, NLM_F_MULTI | NLM_F_ACK);
  }
  EXPECT_EQ(seen.back(), (Seen{NLMSG_DONE, NLM_F_MULTI, 1, 0, {}}));
}

TEST_F(SessionTest, TrampledDump) {
  session_.Take(OfDummy(DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, NLM_F_DUMP).bytes());
  EXPECT_EQ(Drain(1).size(), 1u);
  EXPECT_FALSE(session_.wants_request());
  EXPECT_EQ(Dummy().DumpClear(), 0);
  const std::vector<Seen> seen = Drain();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].type, NLMSG_DONE);
  EXPECT_EQ(seen[0].error, EAGAIN);
  EXPECT_EQ(seen[0].text, "Dump trampled, please retry");
  EXPECT_TRUE(session_.wants_request());
}

TEST_F(SessionTest, DiagnosisEndsWithDoneAndAck) {
  const std::vector<Seen> seen = Ask(OfDummy(DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE, NLM_F_ACK));
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].flags, NLM_F_MULTI);
  EXPECT_EQ(seen[1].type, NLMSG_DONE);
  EXPECT_EQ(seen[1].error, -1);  // has no payload
  EXPECT_EQ(seen[2].error, 0);
}

// devlink_fmsg_snd(): its message is too small for the largest value.
TEST_F(SessionTest, DiagnosisWithALargeValueFailsAsInTheKernel) {
  diagnosis_bytes_ = 3740;
  EXPECT_EQ(Ask(OfDummy(DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE, NLM_F_ACK)).back().error, 0);
  diagnosis_bytes_ = 3744;
  const std::vector<Seen> seen = Ask(OfDummy(DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE, NLM_F_ACK));
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].type, kHealthFamily);
  EXPECT_EQ(seen[1].error, EMSGSIZE);
}

TEST_F(SessionTest, ListsAreCutIntoDatagrams) {
  for (int i = 0; i < 500; ++i) AddReporter("r" + std::to_string(i), {});
  session_.Take(Request(DEVLINK_CMD_HEALTH_REPORTER_GET, NLM_F_DUMP).bytes());
  size_t datagrams = 0, messages = 0;
  while (const auto datagram = session_.Next()) {
    ++datagrams;
    EXPECT_LE(datagram->size(), kHealthDumpBytes);
    ASSERT_TRUE(devlink::VisitMessages(*datagram, 0, std::endian::native,
                                       [&](const Message&) -> Result<void> {
                                         ++messages;
                                         return {};
                                       }));
  }
  EXPECT_EQ(messages, 502u);
  EXPECT_GT(datagrams, 2u);
  EXPECT_LT(datagrams, 10u);
}

TEST_F(SessionTest, ListOfOneDevice) {
  MessageBuilder request = Request(DEVLINK_CMD_HEALTH_REPORTER_GET, NLM_F_DUMP);
  request.PutString(DEVLINK_ATTR_BUS_NAME, "pci");
  request.PutString(DEVLINK_ATTR_DEV_NAME, "0000:05:00.0");
  const std::vector<Seen> seen = Ask(request);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].flags, NLM_F_MULTI | NLM_F_DUMP_FILTERED);
  MessageBuilder unknown = Request(DEVLINK_CMD_HEALTH_REPORTER_GET, NLM_F_DUMP);
  unknown.PutString(DEVLINK_ATTR_BUS_NAME, "pci");
  unknown.PutString(DEVLINK_ATTR_DEV_NAME, "0000:06:00.0");
  EXPECT_EQ(ErrorOf(unknown), ENODEV);
}

TEST_F(SessionTest, NotificationsAreBoundedAndTheirLossIsTold) {
  const HealthDatagram notification =
      DatagramOf(ReporterMessage(Dummy(), DEVLINK_CMD_HEALTH_REPORTER_RECOVER, 0, {}));
  session_.Notify(notification);
  EXPECT_FALSE(session_.Next());  // it has not joined
  MessageBuilder join(devlink::kMessageJoinGroup, NLM_F_REQUEST | NLM_F_ACK, 1, 0, 64);
  join.PutRaw(std::as_bytes(std::span(&kHealthConfigGroup, 1)));
  EXPECT_EQ(ErrorOf(join), 0);
  for (size_t i = 0; i < HealthSession::kMaxNotifications + 10; ++i) session_.Notify(notification);
  const std::vector<Seen> seen = Drain();
  ASSERT_EQ(seen.size(), HealthSession::kMaxNotifications + 1);
  EXPECT_EQ(seen.back().type, NLMSG_OVERRUN);
  const uint32_t other = kHealthConfigGroup + 1;
  MessageBuilder wrong(devlink::kMessageJoinGroup, NLM_F_REQUEST, 1, 0, 64);
  wrong.PutRaw(std::as_bytes(std::span(&other, 1)));
  EXPECT_EQ(ErrorOf(wrong), EINVAL);
}

TEST_F(SessionTest, DamagedAttributes) {
  const MessageBuilder request = OfDummy(DEVLINK_CMD_HEALTH_REPORTER_GET, NLM_F_ACK);
  const std::span<const std::byte> whole = request.bytes();
  for (size_t at = 20; at < whole.size(); ++at) {
    HealthDatagram damaged(whole.begin(), whole.end());
    damaged[at] ^= std::byte{0xff};
    session_.Take(damaged);
    const std::vector<Seen> seen = Drain();
    ASSERT_FALSE(seen.empty()) << at;
    EXPECT_TRUE(seen.back().error == 0 || seen.back().error == EINVAL ||
                seen.back().error == ENODEV)
        << at;
    ASSERT_TRUE(session_.wants_request()) << at;
  }
}

}  // namespace
}  // namespace vmcoredd
