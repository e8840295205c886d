// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/devlink/fmsg_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/vmcoredd/format/devlink/fmsg_support.h"

namespace vmcoredd::devlink {
namespace {

using testing::HasSubstr;

// What the kernel of the recordings had for the messages of a dump: the first one is built
// before any recv() told how large a buffer is, in NLMSG_GOODSIZE (a page less
// skb_shared_info); the others have what recv() offered, 32448 at most. Any offer from 9796
// on gives the second message of the recording.
constexpr size_t kFirstSpace = 4096 - 320;
constexpr size_t kOtherSpace = 32448;

// nsim_dev_dummy_fmsg_put() in drivers/net/netdevsim/health.c, with its stray end.
FmsgBuilder Netdevsim(std::span<const std::byte> binary, std::string_view break_message) {
  FmsgBuilder fmsg;
  fmsg.BeginObject();
  if (!break_message.empty()) fmsg.StringPair("break_message", break_message);
  fmsg.FlagPair("test_bool", true);
  fmsg.U8Pair("test_u8", 1);
  fmsg.U32Pair("test_u32", 3);
  fmsg.U64Pair("test_u64", 4);
  fmsg.StringPair("test_string", "somestring");
  fmsg.BinaryPair("test_binary", binary);
  fmsg.BeginPair("test_nest");
  fmsg.BeginObject();
  fmsg.FlagPair("nested_test_bool", false);
  fmsg.U8Pair("nested_test_u8", false);
  fmsg.EndObject();
  fmsg.EndPair();
  fmsg.EndArrayPair();
  fmsg.BeginArrayPair("test_u32_array");
  for (uint32_t i = 0; i < 10; ++i) fmsg.PutU32(i);
  fmsg.EndArrayPair();
  fmsg.BeginArrayPair("test_array_of_objects");
  for (uint8_t i = 0; i < 10; ++i) {
    fmsg.BeginObject();
    fmsg.FlagPair("in_array_nested_test_bool", false);
    fmsg.U8Pair("in_array_nested_test_u8", i);
    fmsg.EndObject();
  }
  fmsg.EndArrayPair();
  fmsg.EndObject();
  return fmsg;
}

TEST(FmsgBuilder, CutsAsTheKernelDidByteForByte) {
  for (const std::string name : {"health_dump_dummy16", "health_dump_dummy8192",
                                 "health_dump_dummy_break", "health_diag_dummy16"}) {
    const Bytes recording = Join(ReadCapture(name));
    const auto recorded = FmsgMessages(recording);
    const FmsgNode tree = ReadTree(recorded);
    const FmsgNode* binary = FindChild(tree, "test_binary");
    ASSERT_NE(binary, nullptr);
    const FmsgBuilder fmsg = Netdevsim(
        binary->bytes, name == "health_dump_dummy_break" ? "hello break" : std::string_view());

    const auto made = Fill(fmsg.tokens(), kFirstSpace, kOtherSpace);
    ASSERT_EQ(made.size(), recorded.size()) << name;
    for (size_t i = 0; i < made.size(); ++i) {
      const auto attributes = Messages(made[i])[0].attributes();
      EXPECT_TRUE(std::equal(attributes.begin(), attributes.end(), recorded[i].attributes().begin(),
                             recorded[i].attributes().end()))
          << name << ", message " << i;
      // And the size of the whole, which is what the space is about.
      EXPECT_EQ(made[i].size(), recorded[i].whole.size());
    }
  }
}

TEST(FmsgBuilder, OtherSpaceIsCutElsewhere) {
  const FmsgBuilder fmsg = Netdevsim(Bytes(8192), {});
  EXPECT_EQ(Fill(fmsg.tokens(), kFirstSpace, 3784).size(), 4u);
  EXPECT_EQ(Fill(fmsg.tokens(), kFirstSpace, 9796).size(), 2u);
  EXPECT_EQ(Fill(fmsg.tokens(), kFirstSpace, 9792).size(), 3u);
  EXPECT_EQ(Fill(fmsg.tokens(), kOtherSpace, kOtherSpace).size(), 1u);
}

TEST(FmsgBuilder, AnySpaceSaysTheSame) {
  const FmsgBuilder fmsg = Netdevsim(Bytes(5000, std::byte{7}), "x");
  const Parsed whole = Parse(Fill(fmsg.tokens(), kOtherSpace, kOtherSpace));
  for (size_t space = 3784; space < 12000; space += 36) {
    const auto datagrams = Fill(fmsg.tokens(), space, space);
    for (const Bytes& datagram : datagrams) EXPECT_LE(datagram.size(), space);
    const Parsed parsed = Parse(datagrams);
    ASSERT_EQ(parsed.events.text(), whole.events.text()) << space;
    ASSERT_EQ(parsed.repairs, whole.repairs) << space;
  }
}

// A type and a value of full size fill GENLMSG_DEFAULT_SIZE but for its nest: 8 bytes more
// than a message of NLMSG_GOODSIZE has, which is why DIAGNOSE fails there with EMSGSIZE.
TEST(FmsgBuilder, AValueThatNeverFitsIsAnError) {
  FmsgBuilder fmsg;
  fmsg.BeginObject();
  fmsg.BinaryPair("b", Bytes(kFmsgMaxValueBytes));
  fmsg.EndObject();
  ASSERT_TRUE(fmsg.Check());
  size_t next = 0;
  MessageBuilder first(kFamily, 0, 0, 0, kFirstSpace);
  first.PutGeneric(55, 1);
  ASSERT_TRUE(FillFmsg(fmsg.tokens(), next, first));
  EXPECT_EQ(next, 4u);
  MessageBuilder second(kFamily, 0, 0, 0, kFirstSpace);
  second.PutGeneric(55, 1);
  const auto filled = FillFmsg(fmsg.tokens(), next, second);
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().code(), ErrorCode::kLimitExceeded);
  EXPECT_EQ(next, 4u);
  EXPECT_EQ(second.bytes().size(), 20u);  // nothing of it stays
  EXPECT_EQ(Fill(fmsg.tokens(), 3784, 3784).size(), 3u);

  MessageBuilder none(kFamily, 0, 0, 0, 20);
  none.PutGeneric(55, 1);
  EXPECT_FALSE(FillFmsg(fmsg.tokens(), next, none));
}

TEST(FmsgBuilder, PiecesOfBinaryData) {
  for (const size_t size : {0, 1, 3747, 3748, 3749, 7496, 7497}) {
    FmsgBuilder fmsg;
    fmsg.BeginObject();
    fmsg.BinaryPair("b", Bytes(size, std::byte{1}));
    fmsg.EndObject();
    EXPECT_TRUE(fmsg.Check());
    EXPECT_EQ(fmsg.tokens().size(), 7 + (size + 3747) / 3748) << size;
  }
}

struct Fault {
  const char* what;
  void (*make)(FmsgBuilder&);
  ErrorCode code;
  const char* text;
};

TEST(FmsgBuilder, CheckSaysWhatTheKernelWouldRefuse) {
  const std::vector<Fault> faults = {
      {"too many ends", [](FmsgBuilder& b) { b.EndObject(); }, ErrorCode::kInvalidArgument,
       "found 1 too many"},
      {"too few ends",
       [](FmsgBuilder& b) {
         b.BeginPair("a");
         b.BeginObject();
       },
       ErrorCode::kInvalidArgument, "found 2 too few"},
      {"a NUL in a name", [](FmsgBuilder& b) { b.U8Pair(std::string_view("a\0b", 3), 1); },
       ErrorCode::kInvalidArgument, "\"a\\x00b\""},
      {"a NUL in text", [](FmsgBuilder& b) { b.StringPair("a", std::string_view("\0", 1)); },
       ErrorCode::kInvalidArgument, "\"\\x00\""},
      {"a long name", [](FmsgBuilder& b) { b.U8Pair(std::string(3748, 'x'), 1); },
       ErrorCode::kInvalidArgument, "found 3749"},
      {"a long text", [](FmsgBuilder& b) { b.StringPair("a", std::string(3748, 'x')); },
       ErrorCode::kInvalidArgument, "found 3749"},
      {"binary data anywhere", [](FmsgBuilder& b) { b.PutBinary(Bytes(1)); },
       ErrorCode::kInvalidArgument, "outside of a binary pair"},
      {"a value in a binary pair",
       [](FmsgBuilder& b) {
         b.BeginBinaryPair("a");
         b.PutU32(1);
         b.EndBinaryPair();
       },
       ErrorCode::kInvalidArgument, "binary data only"},
      {"a pair in a binary pair",
       [](FmsgBuilder& b) {
         b.BeginBinaryPair("a");
         b.U8Pair("b", 1);
         b.EndBinaryPair();
       },
       ErrorCode::kInvalidArgument, "binary data only"},
      {"an open binary pair", [](FmsgBuilder& b) { b.BeginBinaryPair("a"); },
       ErrorCode::kInvalidArgument, "too few"},
      {"no binary pair",
       [](FmsgBuilder& b) {
         b.BeginArrayPair("a");
         b.EndBinaryPair();
       },
       ErrorCode::kInvalidArgument, "no binary pair"},
  };
  for (const Fault& fault : faults) {
    FmsgBuilder fmsg;
    fault.make(fmsg);
    const auto checked = fmsg.Check();
    ASSERT_FALSE(checked) << fault.what;
    EXPECT_EQ(checked.error().code(), fault.code) << fault.what;
    EXPECT_THAT(checked.error().message(), HasSubstr(fault.text)) << fault.what;
  }
  FmsgBuilder longest;
  longest.StringPair(std::string(3747, 'x'), std::string(3747, 'y'));
  EXPECT_TRUE(longest.Check());
}

TEST(FmsgBuilder, ItsMemoryIsBounded) {
  FmsgBuilder fmsg;
  fmsg.BeginBinaryPair("b");
  const Bytes piece(kFmsgMaxValueBytes);
  for (int i = 0; i < 20000; ++i) fmsg.PutBinary(piece);
  fmsg.EndBinaryPair();
  uint64_t bytes = 0;
  for (const auto& token : fmsg.tokens()) bytes += sizeof token + token.bytes.size();
  EXPECT_LE(bytes, FmsgBuilder::kMaxBytes);
  ASSERT_FALSE(fmsg.Check());
  EXPECT_EQ(fmsg.Check().error().code(), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace vmcoredd::devlink
