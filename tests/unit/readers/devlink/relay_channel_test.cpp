// SPDX-License-Identifier: LGPL-2.1-or-later
// A channel that lives in the relay's process answers by the first byte of what it is sent:
// also with what a driver does to whoever asks it.
#include "readers/devlink/relay_channel.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "readers/devlink/devlink_client.h"
#include "readers/devlink/packet_socket.h"
#include "tests/support/devlink/recorded_channel.h"
#include "vmcoredd/base/unique_fd.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using Bytes = std::vector<std::byte>;

constexpr milliseconds kPatience{10000}, kShort{50}, kJoinPatience{1000};

Bytes BytesOf(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

class Driver final : public MessageChannel {
 public:
  static Result<std::unique_ptr<MessageChannel>> Open() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
      return FailIo("socketpair", errno);
    }
    return std::unique_ptr<MessageChannel>(new Driver(UniqueFd(ends[0]), UniqueFd(ends[1])));
  }

  Result<void> Send(std::span<const std::byte> message) override {
    switch (static_cast<char>(message[0])) {
      case 'e': Answer({message.begin(), message.end()}); break;
      case 'l': Answer(Large(kReceiveBytes)); break;
      case 't': Answer(Large(kReceiveBytes + 1)); break;
      case 'b': return Fail(ErrorCode::kRefused, "it is busy");
      case 'n':
        lost_ = true;
        Answer(BytesOf("lost"));
        break;
      case 'c': theirs_.reset(); break;
      case 'k': ::raise(SIGKILL); break;
      case 's': ::raise(SIGSTOP); break;
      default:
        while (true) ::pause();
    }
    return {};
  }
  Result<std::optional<std::span<const std::byte>>> Receive(milliseconds timeout) override {
    auto got = ours_.Receive(timeout);
    if (std::exchange(lost_, false)) return FailIo("notifications or answers were lost", ENOBUFS);
    return got;
  }
  Result<void> Join(uint32_t group) override {
    if (group == 7) return {};
    if (group == 8) return FailIo("cannot join", EPERM);
    while (true) ::pause();
  }
  int fd() const override { return ours_.fd(); }
  uint32_t port() const override { return 4711; }

  static Bytes Large(size_t size) {
    Bytes bytes(size);
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7);
    return bytes;
  }

 private:
  Driver(UniqueFd ours, UniqueFd theirs)
      : ours_(std::move(ours), "the driver", kReceiveBytes), theirs_(std::move(theirs)) {}

  void Answer(const Bytes& bytes) { ::send(theirs_.get(), bytes.data(), bytes.size(), 0); }

  PacketSocket ours_;
  UniqueFd theirs_;
  bool lost_ = false;
};

class RelayChannelTest : public testing::Test {
 protected:
  void TearDown() override {
    channel_.reset();
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a process is left";
  }

  void Open(milliseconds patience = kPatience) {
    auto channel = Relayed(Driver::Open, patience)();
    ASSERT_TRUE(channel) << channel.error().ToString();
    channel_ = *std::move(channel);
  }

  // What comes after `request`; empty when nothing does.
  Result<Bytes> Ask(std::string_view request, milliseconds timeout = kPatience) {
    VMCOREDD_TRY(channel_->Send(BytesOf(request)));
    const auto datagram = VMCOREDD_TRY(channel_->Receive(timeout));
    return datagram ? Bytes(datagram->begin(), datagram->end()) : Bytes();
  }

  void ExpectError(const Result<Bytes>& answer, ErrorCode code, int os_error, const char* words) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), code);
    EXPECT_EQ(answer.error().os_error(), os_error);
    EXPECT_THAT(answer.error().message(), HasSubstr(words));
  }

  std::unique_ptr<MessageChannel> channel_;
};

TEST_F(RelayChannelTest, PassesDatagramsOnBothWaysAsTheyAre) {
  Open();
  EXPECT_EQ(channel_->port(), 4711u);
  EXPECT_GE(channel_->fd(), 0);
  EXPECT_EQ(Ask("echo"), BytesOf("echo"));
  EXPECT_EQ(Ask("large"), Driver::Large(kReceiveBytes));
  // More of them than the socket between the processes holds.
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(channel_->Send(BytesOf("large")));
  for (int i = 0; i < 20; ++i) {
    const auto datagram = channel_->Receive(kPatience);
    ASSERT_TRUE(datagram && *datagram);
    EXPECT_EQ((*datagram)->size(), kReceiveBytes);
  }
  const auto nothing = channel_->Receive(milliseconds(0));
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing);
}

TEST_F(RelayChannelTest, ErrorsAreThoseOfTheChannelWhichGoesOn) {
  Open();
  ExpectError(Ask("truncated"), ErrorCode::kTruncated, 0, "more than the 65536 bytes");
  ExpectError(Ask("busy"), ErrorCode::kRefused, 0, "it is busy");
  ExpectError(Ask("no buffers"), ErrorCode::kIo, ENOBUFS, "were lost");
  EXPECT_EQ(Ask("echo"), BytesOf("echo"));
}

TEST_F(RelayChannelTest, WhatIsClosedStaysClosed) {
  Open();
  for (int i = 0; i < 3; ++i) {
    ExpectError(Ask("close"), ErrorCode::kIo, ECONNRESET, "the driver closed the connection");
  }
}

TEST_F(RelayChannelTest, ErrorsOfOpeningArriveAsTheyAre) {
  const auto refused = Relayed(
      []() -> Result<std::unique_ptr<MessageChannel>> {
        return tl::unexpected(Error(ErrorCode::kRefused, "not by you").WithOsError(EPERM));
      },
      kPatience)();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kRefused);
  EXPECT_EQ(refused.error().os_error(), EPERM);
  EXPECT_EQ(refused.error().message(), "not by you");
  const auto here = ConnectUnix("/nonexistent/socket");
  const auto there = Relayed([] { return ConnectUnix("/nonexistent/socket"); }, kPatience)();
  ASSERT_FALSE(here || there);
  EXPECT_EQ(there.error().ToString(), here.error().ToString());
  EXPECT_EQ(there.error().code(), here.error().code());
}

TEST_F(RelayChannelTest, AChannelWithoutDescriptorCannotBeRelayed) {
  const auto opened = Relayed(
      []() -> Result<std::unique_ptr<MessageChannel>> {
        return std::make_unique<RecordedChannel>(std::make_shared<Recording>());
      },
      kPatience)();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(RelayChannelTest, OpeningThatNeverReturnsIsGivenUp) {
  const auto opened = Relayed(
      []() -> Result<std::unique_ptr<MessageChannel>> {
        while (true) ::pause();
      },
      kShort)();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::kIo);
  EXPECT_EQ(opened.error().os_error(), ETIMEDOUT);
}

// What is asked through it is given up, and asked anew.
TEST_F(RelayChannelTest, SendingThatNeverReturnsHoldsNobody) {
  for (const char* how : {"pause", "stop"}) {
    Open();
    EXPECT_EQ(Ask(how, kShort), Bytes());
    EXPECT_EQ(Ask("echo", kShort), Bytes());
    Open();
    EXPECT_EQ(Ask("echo"), BytesOf("echo"));
  }
}

TEST_F(RelayChannelTest, ManyRequestsToOneThatHangsAreRefused) {
  Open();
  ASSERT_TRUE(channel_->Send(BytesOf("pause")));
  Result<void> sent;
  for (int i = 0; i < 10000 && sent; ++i) sent = channel_->Send(Driver::Large(4096));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().os_error(), ETIMEDOUT);
}

TEST_F(RelayChannelTest, AClientTimesOut) {
  auto channel = Relayed(Driver::Open, kPatience)();
  ASSERT_TRUE(channel);
  // The look-up of the family begins with its length, which is no letter from above.
  const auto client = DevlinkClient::Open(*std::move(channel), kShort);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().os_error(), ETIMEDOUT);
  EXPECT_THAT(client.error().message(), HasSubstr("no answer within 50 ms"));
}

TEST_F(RelayChannelTest, AProcessThatDiesIsAnError) {
  Open();
  for (int i = 0; i < 2; ++i) {
    ExpectError(Ask("kill"), ErrorCode::kIo, ECONNRESET, "the process that asks closed");
  }
}

TEST_F(RelayChannelTest, JoinsGroups) {
  Open();
  EXPECT_EQ(channel_->Join(8).error().os_error(), EPERM);
  EXPECT_TRUE(channel_->Join(7));
  EXPECT_EQ(Ask("echo"), BytesOf("echo"));
  Open(kJoinPatience);
  EXPECT_EQ(channel_->Join(9).error().os_error(), ETIMEDOUT);
}

TEST_F(RelayChannelTest, HasNothingOpenOfItsParent) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd read(ends[0]);
  UniqueFd write(ends[1]);
  Open();
  ASSERT_EQ(Ask("echo"), BytesOf("echo"));
  write.reset();
  char byte = 0;
  EXPECT_EQ(::read(read.get(), &byte, 1), 0);  // nobody else has the other end
}

// A service manager sends them to all processes; the parent decides.
TEST_F(RelayChannelTest, IsNotEndedByAStopSignal) {
  const auto opened = Relayed(
      []() -> Result<std::unique_ptr<MessageChannel>> {
        for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::raise(number);
        return Driver::Open();
      },
      kPatience)();
  EXPECT_TRUE(opened);
}

}  // namespace
}  // namespace vmcoredd::devlink
