// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/generic_client.h"

#include <gmock/gmock.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <cerrno>
#include <cstring>

#include "tests/support/devlink/recorded_channel.h"

namespace vmcoredd::devlink {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint8_t kCommand = DEVLINK_CMD_GET;

// A client, what it asked and what it got.
class GenericClientTest : public testing::Test {
 protected:
  GenericClient& client() {
    if (!client_) {
      auto opened = GenericClient::Open(std::make_unique<RecordedChannel>(recording_), "devlink");
      EXPECT_TRUE(opened) << opened.error().ToString();
      client_ = std::make_unique<GenericClient>(*std::move(opened));
    }
    return *client_;
  }

  // An answer that says its number.
  static std::vector<std::byte> Part(uint32_t number, uint16_t flags = NLM_F_MULTI) {
    MessageBuilder message = NewMessage(kCommand, flags);
    message.PutU32(DEVLINK_ATTR_PORT_INDEX, number);
    return ToVector(message);
  }
  MessageVisitor Collect() {
    return [this](const Message& message) -> Result<void> {
      const auto table = VMCOREDD_TRY(AttributeTable::Read(message));
      numbers_.push_back(table.Uint(DEVLINK_ATTR_PORT_INDEX).value_or(0));
      return {};
    };
  }
  Result<void> Do() { return client().Do(client().NewRequest(kCommand), Collect()); }
  Result<void> Dump() { return client().Dump(client().NewRequest(kCommand), Collect()); }
  Result<void> DumpAgain() {
    return client().Dump(client().NewRequest(kCommand), Collect(), [this] {
      ++restarts_;
      numbers_.clear();
    });
  }

  std::shared_ptr<Recording> recording_ = std::make_shared<Recording>();
  std::unique_ptr<GenericClient> client_;
  std::vector<uint64_t> numbers_;
  int restarts_ = 0;
};

TEST_F(GenericClientTest, LooksTheFamilyUp) {
  recording_->answers_family = false;
  recording_->Answer({FamilyAnswer(), AckMessage()});
  EXPECT_EQ(client().family().id, kRecordedFamily);
  EXPECT_EQ(client().family().version, 1);
  EXPECT_EQ(client().family().max_attribute, 176U);
  EXPECT_EQ(client().family().config_group, kRecordedGroup);
  EXPECT_EQ(client().received_messages(), 0U);
  ASSERT_EQ(recording_->requests.size(), 1U);
  EXPECT_EQ(recording_->requests[0].type, GENL_ID_CTRL);
  EXPECT_EQ(recording_->requests[0].command, CTRL_CMD_GETFAMILY);
  EXPECT_EQ(recording_->requests[0].String(CTRL_ATTR_FAMILY_NAME), "devlink");
}

TEST_F(GenericClientTest, SaysThatAFamilyIsMissing) {
  recording_->answers_family = false;
  recording_->Answer({AckMessage(ENOENT)});
  const auto opened = GenericClient::Open(std::make_unique<RecordedChannel>(recording_), "devlink");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(opened.error().message(), HasSubstr("this kernel has no devlink"));
}

TEST_F(GenericClientTest, AFamilyWithoutANumberIsCorrupt) {
  MessageBuilder nameless(GENL_ID_CTRL, 0, 0, 0, 64);
  nameless.PutGeneric(CTRL_CMD_NEWFAMILY, 2);
  using Datagrams = std::vector<std::vector<std::byte>>;
  for (const Datagrams& answer :
       {Datagrams{ToVector(nameless), AckMessage()}, Datagrams(1, AckMessage())}) {
    recording_->answers_family = false;
    recording_->Answer(answer);
    const auto opened =
        GenericClient::Open(std::make_unique<RecordedChannel>(recording_), "devlink");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::kCorrupt);
  }
}

TEST_F(GenericClientTest, AsksAndAcknowledges) {
  recording_->Answer({Part(1, 0), AckMessage()});
  ASSERT_TRUE(Do());
  EXPECT_THAT(numbers_, ElementsAre(1));
  ASSERT_EQ(recording_->requests.size(), 1U);
  EXPECT_EQ(recording_->requests[0].type, kRecordedFamily);
  EXPECT_EQ(recording_->requests[0].flags, NLM_F_REQUEST | NLM_F_ACK);
  EXPECT_EQ(recording_->requests[0].command, kCommand);
  EXPECT_EQ(recording_->requests[0].version, 1);
}

TEST_F(GenericClientTest, TakesSeveralMessagesInOneDatagram) {
  recording_->Answer({Concatenate({Part(1), Part(2)}), Concatenate({Part(3), DoneMessage()})});
  ASSERT_TRUE(Dump());
  EXPECT_THAT(numbers_, ElementsAre(1, 2, 3));
  EXPECT_EQ(recording_->requests[0].flags, NLM_F_REQUEST | NLM_F_ACK | NLM_F_DUMP);
  EXPECT_EQ(client().received_messages(), 3U);
}

// devlink_fmsg_snd(): several messages, NLMSG_DONE without payload, then the ack.
TEST_F(GenericClientTest, TakesTheOrderOfDiagnose) {
  recording_->Answer({Part(1), Part(2), EmptyDoneMessage(), AckMessage()});
  recording_->Answer({Part(9, 0), AckMessage()});
  ASSERT_TRUE(Do());
  EXPECT_THAT(numbers_, ElementsAre(1, 2));
  ASSERT_TRUE(Do());
  EXPECT_THAT(numbers_, ElementsAre(1, 2, 9));
}

TEST_F(GenericClientTest, AnErrorBehindPartsIsAnError) {
  recording_->Answer({Part(1), AckMessage(EMSGSIZE)});
  const auto done = Do();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::kLimitExceeded);
  EXPECT_EQ(done.error().os_error(), EMSGSIZE);
  EXPECT_THAT(numbers_, ElementsAre(1));
}

TEST_F(GenericClientTest, IgnoresWhatIsNotAddressedToIt) {
  auto other_port = Part(70);
  const uint32_t sequence = 2;  // that of the request
  std::memcpy(&other_port[8], &sequence, sizeof(sequence));
  MessageBuilder other_family(kRecordedFamily + 1, NLM_F_MULTI, 0, 0, 64);
  other_family.PutGeneric(kCommand, 1);
  recording_->Answer(std::vector<RecordedEvent>{
      Stray(Part(71)), Stray(DoneMessage()), Stray(AckMessage(EPERM)), Stray(other_port),
      Datagram(ToVector(other_family)), Datagram(Part(1)),
      Datagram(ToVector(MessageBuilder(NLMSG_NOOP, 0, 0, 0, 64))), Stray(Part(72)),
      Datagram(DoneMessage())});
  ASSERT_TRUE(Dump());
  EXPECT_EQ(recording_->requests[0].sequence, sequence);
  EXPECT_THAT(numbers_, ElementsAre(1));
}

TEST_F(GenericClientTest, WhatFollowsTheEndIsNobodysAnswer) {
  recording_->Answer({Concatenate({Part(1), DoneMessage(), Part(2)}), Part(3)});
  recording_->Answer({Part(4), DoneMessage()});
  ASSERT_TRUE(Dump());
  EXPECT_THAT(numbers_, ElementsAre(1));
}

TEST_F(GenericClientTest, MapsErrors) {
  const struct {
    int number;
    ErrorCode code;
  } errors[] = {{ENODEV, ErrorCode::kNotFound},        {ENOENT, ErrorCode::kNotFound},
                {EPERM, ErrorCode::kRefused},          {EACCES, ErrorCode::kRefused},
                {EBUSY, ErrorCode::kRefused},          {EINVAL, ErrorCode::kInvalidArgument},
                {ERANGE, ErrorCode::kInvalidArgument}, {EEXIST, ErrorCode::kAlreadyExists},
                {ENOSPC, ErrorCode::kLimitExceeded},   {EMSGSIZE, ErrorCode::kLimitExceeded},
                {EOPNOTSUPP, ErrorCode::kUnsupported}, {ENOMEM, ErrorCode::kIo}};
  for (const auto& error : errors) {
    SCOPED_TRACE(error.number);
    recording_->Answer({AckMessage(error.number)});
    const auto done = Do();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), error.code);
    EXPECT_EQ(done.error().os_error(), error.number);
    EXPECT_THAT(done.error().ToString(), HasSubstr(std::strerror(error.number)));
  }
}

TEST_F(GenericClientTest, SaysWhatTheKernelSays) {
  recording_->Answer({AckMessage(EEXIST, "The requested snapshot id is already in use")});
  auto done = Do();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().ToString(),
            "kernel answers: The requested snapshot id is already in use: File exists");
  recording_->Answer({DoneMessage(EINVAL, "bad\x1b[31m")});
  done = Dump();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().ToString(), "kernel answers: bad\\x1b[31m: Invalid argument");
  recording_->Answer({AckMessage(EPERM)});
  done = Do();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().ToString(), "no CAP_NET_ADMIN: run as root: Operation not permitted");
}

TEST_F(GenericClientTest, AnErrorOfADumpComesAtItsEnd) {
  recording_->Answer({Part(1), Part(2), DoneMessage(ENODEV)});
  const auto dumped = Dump();
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(numbers_, ElementsAre(1, 2));
}

TEST_F(GenericClientTest, AsksAgainForAnInterruptedDump) {
  recording_->Answer({Part(1), Part(2, NLM_F_MULTI | NLM_F_DUMP_INTR), DoneMessage()});
  recording_->Answer({Part(3), DoneMessage(0, "", NLM_F_DUMP_INTR)});
  recording_->Answer({DoneMessage(EAGAIN, "Dump trampled, please retry")});
  recording_->Answer({Part(4), DoneMessage()});
  const auto dumped = DumpAgain();
  ASSERT_TRUE(dumped) << dumped.error().ToString();
  EXPECT_EQ(restarts_, 3);
  EXPECT_THAT(numbers_, ElementsAre(4));
}

TEST_F(GenericClientTest, GivesUpADumpThatIsInterruptedEachTime) {
  for (int i = 0; i < GenericClient::kMaxAttempts; ++i) {
    recording_->Answer({Part(1, NLM_F_MULTI | NLM_F_DUMP_INTR), DoneMessage()});
  }
  const auto dumped = DumpAgain();
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().os_error(), EINTR);
  EXPECT_THAT(dumped.error().message(), HasSubstr("5 times"));
  EXPECT_EQ(restarts_, GenericClient::kMaxAttempts - 1);
  EXPECT_EQ(recording_->requests.size(), size_t{GenericClient::kMaxAttempts});
}

TEST_F(GenericClientTest, WithoutRestartAnInterruptedDumpIsDeliveredAndAnError) {
  recording_->Answer({Part(1, NLM_F_MULTI | NLM_F_DUMP_INTR), Part(2), DoneMessage()});
  auto dumped = Dump();
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().code(), ErrorCode::kIo);
  EXPECT_EQ(dumped.error().os_error(), EINTR);
  EXPECT_THAT(numbers_, ElementsAre(1, 2));
  recording_->Answer({DoneMessage(EAGAIN, "Dump trampled, please retry")});
  dumped = Dump();
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().os_error(), EAGAIN);
  EXPECT_THAT(dumped.error().message(), HasSubstr("trampled"));
}

TEST_F(GenericClientTest, SaysThatNobodyAnswers) {
  client().set_timeout(std::chrono::milliseconds(20));
  recording_->Answer(std::vector<RecordedEvent>{Datagram(Part(1)), Silence()});
  const auto done = Do();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().os_error(), ETIMEDOUT);
  EXPECT_THAT(done.error().message(), HasSubstr("no answer within 20 ms"));
}

TEST_F(GenericClientTest, AVisitorStopsADumpAndTheNextRequestIsAnswered) {
  const MessageVisitor stop = [](const Message&) -> Result<void> {
    return Fail(ErrorCode::kLimitExceeded, "enough");
  };
  // Once the end comes later, once in the same datagram, once behind damage.
  recording_->Answer({Part(1), Part(2), Part(3), DoneMessage()});
  recording_->Answer({Concatenate({Part(1), Part(2), DoneMessage()})});
  recording_->Answer(std::vector<RecordedEvent>{
      Datagram(Part(1)), Datagram(std::vector<std::byte>(7)),
      Failure(Error(ErrorCode::kTruncated, "too large")), Datagram(DoneMessage(ENODEV))});
  for (int round = 0; round < 3; ++round) {
    const auto dumped = client().Dump(client().NewRequest(kCommand), stop);
    ASSERT_FALSE(dumped);
    EXPECT_EQ(dumped.error().message(), "enough");
  }
  recording_->Answer({Part(8), DoneMessage()});
  const auto dumped = Dump();
  ASSERT_TRUE(dumped) << dumped.error().ToString();
  EXPECT_THAT(numbers_, ElementsAre(8));
}

TEST_F(GenericClientTest, ADumpWithoutItsEndIsAnError) {
  recording_->Answer({Part(1), Part(2)});
  const auto dumped = Dump();
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().os_error(), ETIMEDOUT);
  EXPECT_THAT(numbers_, ElementsAre(1, 2));
  // An ack is no end of a dump.
  recording_->Answer({Part(3), AckMessage()});
  EXPECT_FALSE(Dump());
}

TEST_F(GenericClientTest, LossAndDamageAreErrors) {
  recording_->Answer(std::vector<RecordedEvent>{
      Datagram(Part(1)), Failure(Error::Io("lost", ENOBUFS)), Datagram(DoneMessage())});
  auto dumped = Dump();
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().os_error(), ENOBUFS);
  recording_->Answer({ToVector(MessageBuilder(NLMSG_OVERRUN, 0, 0, 0, 64)), DoneMessage()});
  dumped = Dump();
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().os_error(), ENOBUFS);
  auto cut = Part(2);
  cut.resize(cut.size() - 4);
  recording_->Answer({cut, DoneMessage()});
  dumped = Dump();
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().code(), ErrorCode::kTruncated);
  EXPECT_TRUE(dumped.error().offset());
  recording_->Answer(std::vector<RecordedEvent>{
      Failure(Error::Io("the server closed the connection", ECONNRESET))});
  dumped = Dump();
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().os_error(), ECONNRESET);
}

TEST_F(GenericClientTest, RecordsAnswersWithoutTheirEnd) {
  std::vector<size_t> sizes;
  client().set_recorder([&](const Message& message) { sizes.push_back(message.whole.size()); });
  recording_->Answer({Part(1), Part(2), EmptyDoneMessage(), AckMessage()});
  ASSERT_TRUE(Do());
  EXPECT_THAT(sizes, ElementsAre(Part(1).size(), Part(2).size()));
}

}  // namespace
}  // namespace vmcoredd::devlink
