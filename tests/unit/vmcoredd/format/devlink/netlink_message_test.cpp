// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/devlink/netlink_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/devlink.h>
#include <linux/netlink.h>

#include <cerrno>

#include "tests/unit/vmcoredd/format/devlink/support.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Attributes by hand, in any byte order, with any length field.
class RawBytes {
 public:
  explicit RawBytes(std::endian order = std::endian::native) : order_(order) {}
  template <typename T>
  RawBytes& Put(T value) {
    bytes_.resize(bytes_.size() + sizeof value);
    StoreInt(bytes_.data() + bytes_.size() - sizeof value, value, order_);
    return *this;
  }
  RawBytes& Text(std::string_view text) {
    for (const char c : text) bytes_.push_back(static_cast<std::byte>(c));
    return *this;
  }
  RawBytes& Header(uint32_t length, uint16_t type, uint16_t flags = 0) {
    return Put(length).Put(type).Put(flags).Put<uint32_t>(7).Put<uint32_t>(9);
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  std::endian order_;
  Bytes bytes_;
};

struct Seen {
  std::vector<uint16_t> types;
  std::vector<uint64_t> offsets;
  Result<void> result;
};

Seen Visit(const Bytes& bytes, uint64_t offset = 0, std::endian order = std::endian::native) {
  Seen seen;
  seen.result = VisitAttributes(bytes, offset, order, [&](const Attribute& attribute) {
    seen.types.push_back(attribute.type);
    seen.offsets.push_back(attribute.offset);
    return Result<void>();
  });
  return seen;
}

TEST(VisitAttributes, NothingInNothing) {
  const Seen seen = Visit({});
  EXPECT_TRUE(seen.result);
  EXPECT_TRUE(seen.types.empty());
}

TEST(VisitAttributes, StepsOverPaddingAndAllowsItsAbsenceAtTheEnd) {
  RawBytes raw;
  raw.Put<uint16_t>(5).Put<uint16_t>(1).Text("a").Text({"\0\0\0", 3});
  raw.Put<uint16_t>(4).Put<uint16_t>(2);
  raw.Put<uint16_t>(6).Put<uint16_t>(3).Text("ab");
  const Seen seen = Visit(raw.bytes(), 100);
  EXPECT_TRUE(seen.result);
  EXPECT_THAT(seen.types, ElementsAre(1, 2, 3));
  EXPECT_THAT(seen.offsets, ElementsAre(104, 112, 116));
}

TEST(VisitAttributes, ALengthBelowTheHeaderIsCorruptAndEndsTheWalk) {
  for (uint16_t length = 0; length < 4; ++length) {
    RawBytes raw;
    raw.Put<uint16_t>(4).Put<uint16_t>(1).Put(length).Put<uint16_t>(2);
    const Seen seen = Visit(raw.bytes(), 1000);
    EXPECT_THAT(seen.types, ElementsAre(1));
    ASSERT_FALSE(seen.result);
    EXPECT_EQ(seen.result.error().code(), ErrorCode::kCorrupt);
    EXPECT_EQ(seen.result.error().offset(), 1004u);
  }
}

TEST(VisitAttributes, AnAttributePastTheEndIsTruncated) {
  RawBytes raw;
  raw.Put<uint16_t>(4).Put<uint16_t>(1).Put<uint16_t>(9).Put<uint16_t>(2).Text("abcd");
  const Seen seen = Visit(raw.bytes());
  EXPECT_THAT(seen.types, ElementsAre(1));
  ASSERT_FALSE(seen.result);
  EXPECT_EQ(seen.result.error().code(), ErrorCode::kTruncated);
  EXPECT_EQ(seen.result.error().offset(), 4u);
  EXPECT_THAT(seen.result.error().message(), HasSubstr("expected 9 bytes, found 8"));
}

TEST(VisitAttributes, ACutHeaderIsTruncated) {
  RawBytes raw;
  raw.Put<uint16_t>(4).Put<uint16_t>(1).Text("abc");
  const Seen seen = Visit(raw.bytes());
  ASSERT_FALSE(seen.result);
  EXPECT_EQ(seen.result.error().code(), ErrorCode::kTruncated);
}

TEST(VisitAttributes, FlagsAreNoPartOfTheTypeAndNetByteOrderIsObeyed) {
  RawBytes raw(std::endian::little);
  raw.Put<uint16_t>(8).Put<uint16_t>(3 | NLA_F_NESTED).Put<uint32_t>(0x01020304);
  raw.Put<uint16_t>(8).Put<uint16_t>(4 | NLA_F_NET_BYTEORDER).Put<uint32_t>(0x01020304);
  std::vector<uint64_t> values;
  ASSERT_TRUE(VisitAttributes(raw.bytes(), 0, std::endian::little, [&](const Attribute& a) {
    EXPECT_TRUE(a.type == 3 || a.type == 4) << a.type;
    values.push_back(a.ToUint().value_or(0));
    return Result<void>();
  }));
  EXPECT_THAT(values, ElementsAre(0x01020304u, 0x04030201u));
}

TEST(VisitAttributes, StopsAtTheVisitorsError) {
  RawBytes raw;
  raw.Put<uint16_t>(4).Put<uint16_t>(1).Put<uint16_t>(4).Put<uint16_t>(2);
  int calls = 0;
  const auto result = VisitAttributes(raw.bytes(), 0, std::endian::native, [&](const Attribute&) {
    ++calls;
    return Result<void>(Fail(ErrorCode::kNotFound, "enough"));
  });
  EXPECT_EQ(calls, 1);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::kNotFound);
}

TEST(Attribute, IntegersOfEveryWidthInBothOrders) {
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    RawBytes raw(order);
    raw.Put<uint16_t>(5).Put<uint16_t>(1).Put<uint8_t>(0xfe).Text({"\0\0\0", 3});
    raw.Put<uint16_t>(6).Put<uint16_t>(1).Put<uint16_t>(0xfedc).Text({"\0\0", 2});
    raw.Put<uint16_t>(8).Put<uint16_t>(1).Put<uint32_t>(0xfedcba98);
    raw.Put<uint16_t>(12).Put<uint16_t>(1).Put<uint64_t>(0xfedcba9876543210);
    raw.Put<uint16_t>(7).Put<uint16_t>(1).Text("abc").Text({"\0", 1});
    raw.Put<uint16_t>(4).Put<uint16_t>(1);
    std::vector<std::optional<uint64_t>> values;
    ASSERT_TRUE(VisitAttributes(raw.bytes(), 0, order, [&](const Attribute& attribute) {
      values.push_back(attribute.ToUint());
      return Result<void>();
    }));
    EXPECT_THAT(values, ElementsAre(0xfe, 0xfedc, 0xfedcba98, 0xfedcba9876543210, std::nullopt,
                                    std::nullopt));
  }
}

TEST(VisitMessages, BothByteOrders) {
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    RawBytes raw(order);
    raw.Header(24, 20, 2).Put<uint8_t>(52).Put<uint8_t>(1).Put<uint16_t>(0);
    raw.Put<uint16_t>(4).Put<uint16_t>(106);
    raw.Header(16, NLMSG_DONE, 2);
    const auto messages = Messages(raw.bytes(), order);
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_EQ(messages[0].type, 20);
    EXPECT_EQ(messages[0].flags, 2);
    EXPECT_EQ(messages[0].sequence, 7u);
    EXPECT_EQ(messages[0].port, 9u);
    EXPECT_EQ(messages[0].offset, 16u);
    EXPECT_EQ(messages[0].whole.size(), 24u);
    EXPECT_EQ(messages[0].command(), 52);
    EXPECT_EQ(messages[0].attributes().size(), 4u);
    EXPECT_EQ(messages[0].attributes_offset(), 20u);
    EXPECT_EQ(messages[1].type, NLMSG_DONE);
    EXPECT_EQ(messages[1].command(), std::nullopt);
    EXPECT_TRUE(messages[1].attributes().empty());
  }
}

TEST(VisitMessages, DamageIsFoundAtItsOffset) {
  struct Case {
    uint32_t length;
    ErrorCode code;
  };
  for (const Case c : {Case{0, ErrorCode::kCorrupt}, Case{15, ErrorCode::kCorrupt},
                       Case{17, ErrorCode::kTruncated}, Case{0xffffffff, ErrorCode::kTruncated}}) {
    RawBytes raw;
    raw.Header(16, 3).Header(c.length, 3);
    int seen = 0;
    const auto result = VisitMessages(raw.bytes(), 32, std::endian::native, [&](const Message&) {
      ++seen;
      return Result<void>();
    });
    EXPECT_EQ(seen, 1);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), c.code);
    EXPECT_EQ(result.error().offset(), 48u);
  }
}

// Whatever is cut off a capture, the messages before the cut are read.
TEST(VisitMessages, EveryTruncationOfEveryCapture) {
  for (const std::string& name : CaptureNames()) {
    const Bytes all = Join(ReadCapture(name));
    std::vector<size_t> ends = {0};
    for (const Message& message : Messages(all)) ends.push_back(ends.back() + message.whole.size());
    ASSERT_EQ(ends.back(), all.size()) << name;
    for (size_t size = 0; size < all.size(); ++size) {
      const Bytes cut(all.begin(), all.begin() + static_cast<ptrdiff_t>(size));
      size_t seen = 0;
      const auto result = VisitMessages(cut, 0, std::endian::native, [&](const Message&) {
        ++seen;
        return Result<void>();
      });
      const auto whole = std::upper_bound(ends.begin(), ends.end(), size) - ends.begin() - 1;
      ASSERT_EQ(seen, static_cast<size_t>(whole)) << name << " cut to " << size;
      ASSERT_EQ(result.has_value(), ends[seen] == size) << name << " cut to " << size;
      if (result) continue;
      EXPECT_EQ(result.error().code(), ErrorCode::kTruncated);
      EXPECT_EQ(result.error().offset(), ends[seen]);
    }
  }
}

TEST(AttributeTable, TheFirstOfEachType) {
  RawBytes raw;
  raw.Header(52, 20).Put<uint32_t>(1);
  raw.Put<uint16_t>(8).Put<uint16_t>(90).Put<uint16_t>(4).Put<uint16_t>(91);
  raw.Put<uint16_t>(8).Put<uint16_t>(3).Put<uint32_t>(5);
  raw.Put<uint16_t>(8).Put<uint16_t>(3).Put<uint32_t>(6);
  raw.Put<uint16_t>(7).Put<uint16_t>(1).Text("ab").Text({"\0\0", 2});
  const auto messages = Messages(raw.bytes());
  ASSERT_EQ(messages.size(), 1u);
  const auto table = AttributeTable::Read(messages[0]);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->Uint(3), 5u);
  EXPECT_EQ(table->String(1), "ab");
  EXPECT_EQ(table->Uint(1), std::nullopt);
  EXPECT_FALSE(table->Has(2));
  EXPECT_EQ(table->String(2), std::nullopt);
  const auto nest = AttributeTable::Read(*table->Find(90));
  ASSERT_TRUE(nest);
  EXPECT_TRUE(nest->Has(91));
  EXPECT_EQ(nest->Find(91)->offset, 28u);
}

TEST(AttributeTable, ReportersOfACapture) {
  const Bytes all = Join(ReadCapture("health_get_dump"));
  const auto messages = Messages(all);
  ASSERT_EQ(messages.size(), 3u);
  std::vector<std::string> names;
  for (size_t i = 0; i < 2; ++i) {
    const auto table = AttributeTable::Read(messages[i]);
    ASSERT_TRUE(table);
    EXPECT_EQ(table->String(DEVLINK_ATTR_BUS_NAME), "netdevsim");
    EXPECT_EQ(table->String(DEVLINK_ATTR_DEV_NAME), "netdevsim1");
    const auto reporter = AttributeTable::Read(*table->Find(DEVLINK_ATTR_HEALTH_REPORTER));
    ASSERT_TRUE(reporter);
    names.push_back(reporter->String(DEVLINK_ATTR_HEALTH_REPORTER_NAME).value_or(""));
  }
  EXPECT_THAT(names, ElementsAre("empty", "dummy"));
}

TEST(ReadAnswer, OfCaptures) {
  for (const std::string& name : CaptureNames()) {
    const Bytes all = Join(ReadCapture(name));
    const auto messages = Messages(all);
    const auto answer = ReadAnswer(messages.back());
    ASSERT_TRUE(answer) << name << ": " << answer.error().ToString();
    EXPECT_EQ(answer->error, 0) << name;
    EXPECT_FALSE(ReadAnswer(messages.front())) << name;
  }
}

RawBytes& PutExplanation(RawBytes& raw) {
  raw.Put<uint16_t>(8).Put<uint16_t>(NLMSGERR_ATTR_OFFS).Put<uint32_t>(20);
  raw.Put<uint16_t>(9).Put<uint16_t>(NLMSGERR_ATTR_MSG).Text("nope").Text({"\0\0\0\0", 4});
  return raw;
}

TEST(ReadAnswer, ExtendedAckOfACappedError) {
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    RawBytes raw(order);
    raw.Header(56, NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS).Put<int32_t>(-EINVAL);
    PutExplanation(raw.Header(80, 20));
    const auto answer = ReadAnswer(Messages(raw.bytes(), order).at(0));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error, EINVAL);
    EXPECT_EQ(answer->text, "nope");
    EXPECT_EQ(answer->attribute_offset, 20u);
  }
}

TEST(ReadAnswer, ExtendedAckBehindTheWholeRequest) {
  RawBytes raw;
  raw.Header(64, NLMSG_ERROR, NLM_F_ACK_TLVS).Put<int32_t>(-ENODEV);
  raw.Header(22, 20).Text("abcdef").Text({"\0\0", 2});
  PutExplanation(raw);
  const auto answer = ReadAnswer(Messages(raw.bytes()).at(0));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error, ENODEV);
  EXPECT_EQ(answer->text, "nope");
}

TEST(ReadAnswer, ErrorsOfADumpStandInDone) {
  RawBytes raw;
  raw.Header(40, NLMSG_DONE, NLM_F_MULTI | NLM_F_ACK_TLVS).Put<int32_t>(-EAGAIN);
  PutExplanation(raw);
  const auto answer = ReadAnswer(Messages(raw.bytes()).at(0));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error, EAGAIN);
  EXPECT_EQ(answer->text, "nope");
}

TEST(ReadAnswer, DoneWithoutPayloadIsWell) {
  RawBytes raw;
  raw.Header(16, NLMSG_DONE, NLM_F_MULTI);
  const auto answer = ReadAnswer(Messages(raw.bytes()).at(0));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error, 0);
}

TEST(ReadAnswer, WithoutTheFlagWhatFollowsIsNoExplanation) {
  RawBytes raw;
  raw.Header(56, NLMSG_ERROR, NLM_F_CAPPED).Put<int32_t>(-EPERM);
  PutExplanation(raw.Header(80, 20));
  const auto answer = ReadAnswer(Messages(raw.bytes()).at(0));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error, EPERM);
  EXPECT_EQ(answer->text, "");
}

TEST(ReadAnswer, ADamagedExplanationDoesNotCostTheNumber) {
  RawBytes raw;
  raw.Header(44, NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS).Put<int32_t>(-ENOSPC);
  raw.Header(80, 20).Put<uint16_t>(900).Put<uint16_t>(1).Put<uint32_t>(0);
  const auto capped = ReadAnswer(Messages(raw.bytes()).at(0));
  ASSERT_TRUE(capped);
  EXPECT_EQ(capped->error, ENOSPC);

  RawBytes whole;  // says that its request is longer than what is there
  whole.Header(36, NLMSG_ERROR, NLM_F_ACK_TLVS).Put<int32_t>(-ENOSPC).Header(0xffffffff, 20);
  const auto answer = ReadAnswer(Messages(whole.bytes()).at(0));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error, ENOSPC);
}

TEST(ReadAnswer, TooShortOrNoErrorNumber) {
  RawBytes raw;
  raw.Header(20, NLMSG_ERROR).Put<int32_t>(0);
  raw.Header(18, NLMSG_DONE).Put<uint32_t>(0);
  raw.Header(20, NLMSG_DONE).Put<int32_t>(5);
  raw.Header(20, NLMSG_DONE).Put<int32_t>(INT32_MIN);
  std::vector<ErrorCode> codes;
  for (const Message& message : Messages(raw.bytes())) {
    const auto answer = ReadAnswer(message);
    ASSERT_FALSE(answer);
    codes.push_back(answer.error().code());
  }
  EXPECT_THAT(codes, ElementsAre(ErrorCode::kTruncated, ErrorCode::kTruncated, ErrorCode::kCorrupt,
                                 ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace vmcoredd::devlink
