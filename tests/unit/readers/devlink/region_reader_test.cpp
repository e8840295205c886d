// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/region_reader.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <cstring>

#include "tests/unit/readers/devlink/region_answers.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Counts, and fails behind `limit` bytes.
class CountingStream final : public OutputStream {
 public:
  Result<void> Write(std::span<const std::byte> bytes) override {
    ++writes;
    if (bytes.size() > limit - written.size()) return FailIo("cannot write", ENOSPC);
    written.insert(written.end(), bytes.begin(), bytes.end());
    return {};
  }
  size_t limit = SIZE_MAX;
  size_t writes = 0;
  std::vector<std::byte> written;
};

class RegionReaderTest : public testing::Test {
 protected:
  RegionReaderTest() {
    recording_->max_attribute = 185;
    auto client = DevlinkClient::Open(std::make_unique<RecordedChannel>(recording_));
    EXPECT_TRUE(client) << client.error().ToString();
    client_ = std::make_unique<DevlinkClient>(*std::move(client));
    range_ = {{"netdevsim", "netdevsim1", {}}, "dummy", 3, {}, {}};
  }

  Result<void> Copy(uint64_t expected) {
    return CopyRegion(*client_, range_, expected, out_, copy_);
  }

  std::shared_ptr<Recording> recording_ = std::make_shared<Recording>();
  std::unique_ptr<DevlinkClient> client_;
  RegionRange range_;
  CountingStream out_;
  RegionCopy copy_;
};

TEST_F(RegionReaderTest, CopiesChunks) {
  recording_->Answer({RegionMessage({RegionChunk(0), RegionChunk(256)}),
                      RegionMessage({RegionChunk(512), RegionChunk(768, 32)}), DoneMessage()});
  const auto copied = Copy(800);
  ASSERT_TRUE(copied) << copied.error().ToString();
  EXPECT_EQ(out_.written, RegionBytes(0, 800));
  EXPECT_EQ(out_.writes, 1U);
  EXPECT_EQ(copy_.begin, 0U);
  EXPECT_EQ(copy_.written, 800U);
  EXPECT_THAT(copy_.holes, IsEmpty());

  ASSERT_EQ(recording_->requests.size(), 1U);
  const auto& request = recording_->requests[0];
  EXPECT_EQ(request.command, DEVLINK_CMD_REGION_READ);
  EXPECT_EQ(request.flags, NLM_F_REQUEST | NLM_F_ACK | NLM_F_DUMP);
  EXPECT_EQ(request.String(DEVLINK_ATTR_BUS_NAME), "netdevsim");
  EXPECT_EQ(request.String(DEVLINK_ATTR_DEV_NAME), "netdevsim1");
  EXPECT_EQ(request.String(DEVLINK_ATTR_REGION_NAME), "dummy");
  EXPECT_EQ(request.Uint(DEVLINK_ATTR_REGION_SNAPSHOT_ID), 3U);
  EXPECT_FALSE(request.Has(DEVLINK_ATTR_REGION_CHUNK_ADDR));
  EXPECT_FALSE(request.Has(DEVLINK_ATTR_REGION_CHUNK_LEN));
  EXPECT_FALSE(request.Has(kAttrRegionDirect));
}

TEST_F(RegionReaderTest, ReadsARangeOfTheDeviceItself) {
  range_.snapshot.reset();
  range_.address = uint64_t{5} << 32;
  range_.length = 20;
  recording_->Answer({RegionMessage({RegionChunk(uint64_t{5} << 32, 20)}), DoneMessage()});
  ASSERT_TRUE(Copy(20));
  EXPECT_EQ(copy_.begin, uint64_t{5} << 32);
  EXPECT_EQ(out_.written, RegionBytes(uint64_t{5} << 32, 20));
  const auto& request = recording_->requests[0];
  EXPECT_EQ(request.Uint(DEVLINK_ATTR_REGION_CHUNK_ADDR), uint64_t{5} << 32);
  EXPECT_EQ(request.Uint(DEVLINK_ATTR_REGION_CHUNK_LEN), 20U);
  EXPECT_TRUE(request.Has(kAttrRegionDirect));
  EXPECT_FALSE(request.Has(DEVLINK_ATTR_REGION_SNAPSHOT_ID));
}

TEST(RegionReader, SaysThatAnOldKernelReadsSnapshotsOnly) {
  auto recording = std::make_shared<Recording>();
  auto client = DevlinkClient::Open(std::make_unique<RecordedChannel>(recording));
  ASSERT_TRUE(client);
  BufferStream out;
  RegionCopy copy;
  const auto copied = CopyRegion(
      *client, {{"netdevsim", "netdevsim1", {}}, "dummy", std::nullopt, {}, {}}, 16, out, copy);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(copied.error().message(), HasSubstr("v6.3"));
  EXPECT_THAT(recording->requests, IsEmpty());
  EXPECT_FALSE(client->can_read_device());

  // A new kernel has a policy for each command, and none of the family to tell of.
  recording->max_attribute = 0;
  auto newer = DevlinkClient::Open(std::make_unique<RecordedChannel>(recording));
  ASSERT_TRUE(newer);
  EXPECT_TRUE(newer->can_read_device());
}

TEST_F(RegionReaderTest, RefusesHalfARange) {
  range_.address = 5;
  const auto copied = Copy(20);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(recording_->requests, IsEmpty());
  range_ = {range_.handle, range_.region, 1, UINT64_MAX - 5, 10};
  EXPECT_EQ(Copy(10).error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(RegionReaderTest, ZerosTakeThePlaceOfMissingChunks) {
  range_.address = 1000;
  range_.length = 1000;
  recording_->Answer(
      {RegionMessage({RegionChunk(1100, 100), RegionChunk(1500, 500)}), DoneMessage()});
  const auto copied = Copy(1000);
  ASSERT_TRUE(copied) << copied.error().ToString();
  EXPECT_THAT(copy_.holes, ElementsAre(ByteRange{0, 100}, ByteRange{200, 300}));
  auto expected = RegionBytes(1000, 1000);
  std::fill_n(expected.begin(), 100, std::byte{});
  std::fill_n(expected.begin() + 200, 300, std::byte{});
  EXPECT_EQ(out_.written, expected);
}

TEST_F(RegionReaderTest, SaysThatBytesAreMissingAtTheEnd) {
  recording_->Answer({RegionMessage({RegionChunk(0)}), DoneMessage()});
  auto copied = Copy(1024);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code(), ErrorCode::kTruncated);
  EXPECT_EQ(copied.error().message(), "expected 1024 bytes, found 256");
  EXPECT_EQ(copy_.written, 256U);
  EXPECT_EQ(out_.written.size(), 256U);
  recording_->Answer({DoneMessage()});
  copied = Copy(1024);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code(), ErrorCode::kTruncated);
  EXPECT_EQ(copy_.written, 0U);
}

// The kernel takes its lock for each message: the snapshot can be deleted in between.
TEST_F(RegionReaderTest, KeepsWhatCameBeforeASnapshotDisappeared) {
  recording_->Answer({RegionMessage({RegionChunk(0), RegionChunk(256)}), DoneMessage(EINVAL)});
  const auto copied = Copy(32768);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(copied.error().os_error(), EINVAL);
  EXPECT_THAT(copied.error().message(), HasSubstr("after 512 bytes"));
  EXPECT_EQ(copy_.written, 512U);
  EXPECT_EQ(out_.written, RegionBytes(0, 512));
}

TEST_F(RegionReaderTest, KeepsWhatCameBeforeTheDeviceDisappeared) {
  recording_->Answer(std::vector<RecordedEvent>{
      Datagram(RegionMessage({RegionChunk(0)})),
      Failure(Error::Io("the server closed the connection", ECONNRESET))});
  const auto copied = Copy(32768);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().os_error(), ECONNRESET);
  EXPECT_EQ(out_.written, RegionBytes(0, 256));
}

TEST_F(RegionReaderTest, ChunksThatContradictAreCorrupt) {
  const std::vector<std::vector<MadeChunk>> answers = {
      {RegionChunk(0), RegionChunk(128)},              // overlaps
      {RegionChunk(0), RegionChunk(0)},                // again
      {RegionChunk(0), RegionChunk(768, 257)},         // passes the end
      {RegionChunk(0), RegionChunk(UINT64_MAX - 10)},  // far behind it
      {RegionChunk(0), {std::nullopt, RegionBytes(256, 10)}},
      {RegionChunk(0), {256, std::nullopt}},
  };
  for (const auto& chunks : answers) {
    SCOPED_TRACE(&chunks - answers.data());
    out_ = CountingStream();
    recording_->Answer({RegionMessage(chunks), DoneMessage()});
    const auto copied = Copy(1024);
    ASSERT_FALSE(copied);
    EXPECT_EQ(copied.error().code(), ErrorCode::kCorrupt);
    EXPECT_EQ(out_.written, RegionBytes(0, 256));
    EXPECT_EQ(copy_.written, 256U);
  }
  // In front of the range.
  range_.address = 100;
  range_.length = 10;
  recording_->Answer({RegionMessage({RegionChunk(99, 10)}), DoneMessage()});
  EXPECT_EQ(Copy(10).error().code(), ErrorCode::kCorrupt);
}

TEST_F(RegionReaderTest, HolesAreNotWithoutEnd) {
  std::vector<std::vector<std::byte>> answer;
  for (uint64_t i = 0; i < 5000; ++i) answer.push_back(RegionMessage({RegionChunk(i * 2 + 1, 1)}));
  answer.push_back(DoneMessage());
  recording_->Answer(answer);
  const auto copied = Copy(1 << 20);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code(), ErrorCode::kLimitExceeded);
  EXPECT_EQ(copy_.written, 8192U);
}

TEST_F(RegionReaderTest, AFullDiskStopsTheCopyAndTheClientGoesOn) {
  std::vector<std::vector<std::byte>> answer;
  const uint64_t size = 1 << 20;
  for (uint64_t at = 0; at < size; at += 16384) {
    answer.push_back(RegionMessage({RegionChunk(at, 16384)}));
  }
  answer.push_back(DoneMessage());
  recording_->Answer(answer);
  out_.limit = 300000;
  const auto copied = Copy(size);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().os_error(), ENOSPC);
  EXPECT_EQ(copy_.written, out_.written.size());
  EXPECT_GT(copy_.written, 0U);
  EXPECT_EQ(out_.written, RegionBytes(0, out_.written.size()));

  out_ = CountingStream();
  recording_->Answer({RegionMessage({RegionChunk(0, 10)}), DoneMessage()});
  EXPECT_TRUE(Copy(10));
}

// A region as the kernel sends it: 117 chunks a message.
class LargeRegion final : public MessageChannel {
 public:
  explicit LargeRegion(uint64_t size) : size_(size) {}
  Result<void> Send(std::span<const std::byte> message) override { return inner_.Send(message); }
  Result<std::optional<std::span<const std::byte>>> Receive(
      std::chrono::milliseconds timeout) override {
    if (recording_->requests.empty()) return inner_.Receive(timeout);
    ++received;
    std::vector<MadeChunk> chunks;
    for (int i = 0; i < 117 && at_ < size_; ++i) {
      const auto part = std::min<uint64_t>(256, size_ - at_);
      chunks.push_back({at_, std::vector<std::byte>(part, static_cast<std::byte>(at_ >> 8))});
      at_ += part;
    }
    auto datagram = chunks.empty() ? DoneMessage() : RegionMessage(chunks);
    const uint32_t sequence = recording_->requests[0].sequence;
    std::memcpy(&datagram[8], &sequence, sizeof(sequence));
    std::memcpy(&datagram[12], &kRecordedPort, sizeof(kRecordedPort));
    buffer_ = std::move(datagram);
    return std::span<const std::byte>(buffer_);
  }
  Result<void> Join(uint32_t /*group*/) override { return {}; }
  uint32_t port() const override { return kRecordedPort; }
  size_t received = 0;

 private:
  uint64_t size_;
  uint64_t at_ = 0;
  std::shared_ptr<Recording> recording_ = std::make_shared<Recording>();
  RecordedChannel inner_{recording_};
  std::vector<std::byte> buffer_;
};

class CheckingStream final : public OutputStream {
 public:
  Result<void> Write(std::span<const std::byte> bytes) override {
    ++writes;
    for (const std::byte byte : bytes) {
      if (byte != static_cast<std::byte>(at >> 8)) return Fail(ErrorCode::kCorrupt, "wrong byte");
      ++at;
    }
    return {};
  }
  uint64_t at = 0;
  size_t writes = 0;
};

TEST(RegionReader, CopiesALargeRegionInFewWrites) {
  const uint64_t size = (8 << 20) + 17;
  auto channel = std::make_unique<LargeRegion>(size);
  const LargeRegion& large = *channel;
  auto client = DevlinkClient::Open(std::move(channel));
  ASSERT_TRUE(client);
  CheckingStream out;
  RegionCopy copy;
  const auto copied =
      CopyRegion(*client, {{"netdevsim", "netdevsim1", {}}, "dummy", 0, {}, {}}, size, out, copy);
  ASSERT_TRUE(copied) << copied.error().ToString();
  EXPECT_EQ(copy.written, size);
  EXPECT_EQ(out.at, size);
  EXPECT_LT(out.writes, large.received);
}

}  // namespace
}  // namespace vmcoredd::devlink
