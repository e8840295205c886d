// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/devlink/message_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/netlink.h>

#include "tests/unit/vmcoredd/format/devlink/fmsg_support.h"
#include "vmcoredd/base/endian.h"

namespace vmcoredd::devlink {
namespace {

struct Read {
  std::vector<Bytes> messages;
  std::vector<std::endian> orders;
  Result<void> result;
};

Read ReadAll(const Bytes& bytes, uint64_t offset, uint64_t size) {
  Read read;
  MemorySource source(bytes);
  read.result = ReadMessageStream(source, offset, size, [&](const Message& message) {
    EXPECT_EQ(message.payload.size() + 16, message.whole.size());
    read.messages.emplace_back(message.whole.begin(), message.whole.end());
    read.orders.push_back(message.order);
    return Result<void>();
  });
  return read;
}
Read ReadAll(const Bytes& bytes) { return ReadAll(bytes, 0, bytes.size()); }

// A message of generic netlink with one attribute.
Bytes MakeMessage(size_t value_bytes, std::endian order, uint16_t type = kFamily) {
  Bytes bytes(24 + value_bytes, std::byte{0x5a});
  StoreInt(bytes.data(), static_cast<uint32_t>(bytes.size()), order);
  StoreInt(bytes.data() + 4, type, order);
  StoreInt(bytes.data() + 6, uint16_t{2}, order);
  StoreInt(bytes.data() + 8, uint64_t{0}, order);
  StoreInt(bytes.data() + 16, uint32_t{0x38}, std::endian::little);
  StoreInt(bytes.data() + 20, static_cast<uint16_t>(4 + value_bytes), order);
  StoreInt(bytes.data() + 22, uint16_t{1}, order);
  return bytes;
}

TEST(MessageStream, RecordingsComeBackAsTheyWere) {
  for (const std::string& name : CaptureNames()) {
    const Bytes recording = Join(ReadCapture(name));
    BufferStream out;
    std::vector<Bytes> expected;
    for (const Message& message : Messages(recording)) {
      ASSERT_TRUE(WriteMessage(out, message));
      expected.emplace_back(message.whole.begin(), message.whole.end());
    }
    const Read read = ReadAll(out.bytes());
    EXPECT_TRUE(read.result);
    EXPECT_EQ(read.messages, expected) << name;
  }
}

TEST(MessageStream, PaddingIsWrittenAndSteppedOver) {
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    BufferStream out;
    std::vector<Bytes> expected;
    for (const size_t size : {1, 2, 3, 4, 0, 5}) {
      expected.push_back(MakeMessage(size, order));
      ASSERT_TRUE(WriteMessage(out, Messages(expected.back(), order).at(0)));
    }
    EXPECT_EQ(out.bytes().size() % 4, 0u);
    const Read read = ReadAll(out.bytes());
    EXPECT_TRUE(read.result);
    EXPECT_EQ(read.messages, expected);
    EXPECT_THAT(read.orders, testing::Each(order));
    // Nobody misses the padding of the last one.
    Bytes shorter = out.bytes();
    shorter.resize(shorter.size() - 3);
    EXPECT_TRUE(ReadAll(shorter).result);
    EXPECT_EQ(ReadAll(shorter).messages, expected);
  }
}

TEST(MessageStream, ByteOrderOfAnySizeAndFamily) {
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    for (const uint16_t family : {16, 20, 255, 256, 257, 513, 768, 1023}) {
      for (const size_t size : {0, 1, 8, 232, 4072, 40000, 65531}) {
        const Read read = ReadAll(MakeMessage(size, order, family));
        EXPECT_TRUE(read.result) << family << ' ' << size;
        EXPECT_THAT(read.orders, testing::ElementsAre(order)) << family << ' ' << size;
      }
    }
  }
}

TEST(MessageStream, ARangeInsideOfASource) {
  Bytes bytes(100, std::byte{0xee});
  const Bytes message = MakeMessage(4, std::endian::native);
  bytes.insert(bytes.end(), message.begin(), message.end());
  bytes.insert(bytes.end(), message.begin(), message.end());
  bytes.resize(bytes.size() + 50, std::byte{0xee});
  const Read read = ReadAll(bytes, 100, 2 * message.size());
  EXPECT_TRUE(read.result);
  EXPECT_EQ(read.messages, std::vector<Bytes>({message, message}));
  const Read wrapped = ReadAll(bytes, 100, UINT64_MAX);
  EXPECT_FALSE(wrapped.result);
}

TEST(MessageStream, ManyMessagesThroughTheWindow) {
  Bytes bytes;
  std::vector<Bytes> expected;
  for (size_t i = 0; i < 200; ++i) {
    expected.push_back(MakeMessage(i * 163 & ~size_t{3}, std::endian::native));
    bytes.insert(bytes.end(), expected.back().begin(), expected.back().end());
  }
  // Larger than the window: two attributes of full length.
  Bytes large = MakeMessage(65532 - 4, std::endian::native);
  const Bytes more = large;
  large.insert(large.end(), more.begin() + 20, more.end());
  StoreInt(large.data(), static_cast<uint32_t>(large.size()), std::endian::native);
  bytes.insert(bytes.end(), large.begin(), large.end());
  expected.push_back(large);
  const Read read = ReadAll(bytes);
  EXPECT_TRUE(read.result);
  EXPECT_EQ(read.messages, expected);
}

TEST(MessageStream, EveryTruncation) {
  Bytes bytes;
  std::vector<size_t> ends = {0};
  for (const size_t size : {4, 16, 40}) {
    const Bytes message = MakeMessage(size, std::endian::native);
    bytes.insert(bytes.end(), message.begin(), message.end());
    ends.push_back(bytes.size());
  }
  for (size_t size = 0; size < bytes.size(); ++size) {
    // Cut by the source, then by the range.
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    for (const Read& read : {ReadAll(cut, 0, bytes.size()), ReadAll(bytes, 0, size)}) {
      const size_t whole =
          static_cast<size_t>(std::upper_bound(ends.begin(), ends.end(), size) - ends.begin() - 1);
      EXPECT_EQ(read.messages.size(), whole);
      if (read.result) {
        EXPECT_EQ(ends[whole], size);
        continue;
      }
      EXPECT_EQ(read.result.error().code(), ErrorCode::kTruncated);
      EXPECT_EQ(read.result.error().offset(), ends[whole]);
    }
    EXPECT_FALSE(ReadAll(cut, 0, bytes.size()).result);
  }
}

TEST(MessageStream, ZerosAtTheEndArePadding) {
  const Bytes message = MakeMessage(4, std::endian::native);
  for (const size_t zeros : {1, 4, 15, 16, 17, 4095, 65535}) {
    Bytes bytes = message;
    bytes.resize(bytes.size() + zeros);
    const Read read = ReadAll(bytes);
    EXPECT_TRUE(read.result) << zeros;
    EXPECT_EQ(read.messages.size(), 1u);
    bytes.back() = std::byte{1};
    EXPECT_FALSE(ReadAll(bytes).result) << zeros;
  }
  Bytes bytes = message;
  bytes.resize(bytes.size() + 65536);
  const Read read = ReadAll(bytes);
  ASSERT_FALSE(read.result);
  EXPECT_EQ(read.result.error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(read.result.error().offset(), message.size());
}

TEST(MessageStream, NoMessages) {
  EXPECT_TRUE(ReadAll({}).result);
  for (const std::string_view text : {"MZ is something else altogether",
                                      "\x7f"
                                      "ELF............."}) {
    const Read read = ReadAll(ToBytes(text));
    ASSERT_FALSE(read.result);
    EXPECT_EQ(read.result.error().code(), ErrorCode::kNotRecognised);
  }
  EXPECT_EQ(ReadAll(Bytes(64)).result.error().code(), ErrorCode::kNotRecognised);
}

TEST(MessageStream, ALengthThatCannotBe) {
  struct Case {
    uint32_t length;
    ErrorCode code;
  };
  for (const Case c : {Case{0, ErrorCode::kCorrupt}, Case{15, ErrorCode::kCorrupt},
                       Case{kMaxMessageBytes + 1, ErrorCode::kLimitExceeded},
                       Case{UINT32_MAX, ErrorCode::kLimitExceeded},
                       Case{kMaxMessageBytes, ErrorCode::kTruncated}}) {
    Bytes bytes = MakeMessage(4, std::endian::native);
    const size_t first = bytes.size();
    bytes.insert(bytes.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(first));
    StoreInt(bytes.data() + first, c.length, std::endian::native);
    const Read read = ReadAll(bytes);
    EXPECT_EQ(read.messages.size(), 1u);
    ASSERT_FALSE(read.result);
    EXPECT_EQ(read.result.error().code(), c.code) << c.length;
    EXPECT_EQ(read.result.error().offset(), first);
  }
}

}  // namespace
}  // namespace vmcoredd::devlink
