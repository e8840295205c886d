// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cerrno>

#include "tests/unit/vmcoredd/format/devlink/support.h"
#include "vmcoredd/format/devlink/netlink_message.h"

namespace vmcoredd::devlink {
namespace {

TEST(MessageBuilder, WhatItMakesCanBeRead) {
  MessageBuilder builder(20, NLM_F_REQUEST, 1, 2, 4096);
  builder.PutGeneric(46, 1);
  EXPECT_TRUE(builder.PutString(1, "netdevsim"));
  EXPECT_TRUE(builder.BeginNest(93));
  EXPECT_TRUE(builder.PutU8(4, 0xfe));
  EXPECT_TRUE(builder.BeginNest(94));
  EXPECT_TRUE(builder.PutU64(96, 0x123456789abcdef0));
  builder.EndNest();
  builder.EndNest();
  EXPECT_TRUE(builder.PutFlag(179));
  EXPECT_TRUE(builder.BeginNest(5));
  EXPECT_TRUE(builder.PutU16(6, 7));
  builder.CancelNest();
  EXPECT_TRUE(builder.PutU32(7, 8));
  builder.SetSequence(3);

  const auto messages = Messages(builder.bytes());
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].sequence, 3u);
  EXPECT_EQ(messages[0].port, 2u);
  EXPECT_EQ(messages[0].command(), 46);
  const auto table = AttributeTable::Read(messages[0]);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->String(1), "netdevsim");
  EXPECT_TRUE(table->Has(179));
  EXPECT_FALSE(table->Has(5));
  EXPECT_EQ(table->Uint(7), 8u);
  const auto outer = AttributeTable::Read(*table->Find(93));
  ASSERT_TRUE(outer);
  EXPECT_EQ(outer->Uint(4), 0xfeu);
  EXPECT_EQ(AttributeTable::Read(*outer->Find(94))->Uint(96), 0x123456789abcdef0u);
}

TEST(MessageBuilder, NeverPassesItsCapacity) {
  for (size_t capacity = 0; capacity < 64; ++capacity) {
    MessageBuilder builder(20, 0, 0, 0, capacity);
    builder.PutGeneric(1, 1);
    size_t before = builder.bytes().size();
    while (builder.PutString(1, "abcde")) {
      EXPECT_EQ(builder.bytes().size(), before + 12);
      before = builder.bytes().size();
    }
    EXPECT_EQ(builder.bytes().size(), before);
    EXPECT_FALSE(builder.Fits(6));
    EXPECT_LE(builder.bytes().size(), std::max<size_t>(capacity, 16));
    EXPECT_LT(capacity, before + 12);
  }
}

TEST(MessageBuilder, LengthsHaveSixteenBits) {
  MessageBuilder builder(20, 0, 0, 0, 1 << 20);
  const Bytes big(65532);
  EXPECT_FALSE(builder.PutBytes(1, big));
  EXPECT_TRUE(builder.PutBytes(1, std::span(big).first(65531)));
  EXPECT_TRUE(builder.BeginNest(2));
  EXPECT_TRUE(builder.PutBytes(3, std::span(big).first(65520)));
  EXPECT_FALSE(builder.PutBytes(4, std::span(big).first(8)));
  builder.EndNest();
  EXPECT_EQ(
      AttributeTable::Read(Attribute{0, builder.bytes().subspan(16), 0})->Find(2)->bytes.size(),
      65524u);
}

TEST(MessageBuilder, TextWithANulIsRefused) {
  MessageBuilder builder(20, 0, 0, 0, 4096);
  EXPECT_FALSE(builder.PutString(1, std::string_view("a\0b", 3)));
  EXPECT_EQ(builder.bytes().size(), 16u);
}

TEST(MessageBuilder, RawPayloadIsAnAnswer) {
  const int32_t error = -EBUSY;
  MessageBuilder builder(NLMSG_DONE, NLM_F_MULTI | NLM_F_ACK_TLVS, 0, 0, 64);
  EXPECT_TRUE(builder.PutRaw(std::as_bytes(std::span(&error, 1))));
  EXPECT_TRUE(builder.PutString(NLMSGERR_ATTR_MSG, "busy"));
  EXPECT_FALSE(builder.PutRaw(Bytes(64)));
  const auto answer = ReadAnswer(Messages(builder.bytes()).at(0));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error, EBUSY);
  EXPECT_EQ(answer->text, "busy");
}

}  // namespace
}  // namespace vmcoredd::devlink
