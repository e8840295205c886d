// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/devlink/fmsg_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/vmcoredd/format/devlink/fmsg_support.h"

namespace vmcoredd::devlink {
namespace {

using testing::ElementsAre;

TEST(FmsgTree, KeepsTypesOrderNamesAndPieces) {
  TokenStream s;
  s.Obj().Pair().Name("a").U8(1).End().Pair().Name("a").Type(42).Data(ToBytes("x")).End();
  s.Pair().Name("b").Arr().Bin("xy").Bin("z").End().End();
  s.Pair().Name("c").Arr().U8(2).Obj().Pair().Name("d").U8(3).End().End().End().End().End();
  const auto datagrams = s.Build();
  const FmsgNode root = ReadTree(Messages(datagrams[0]));
  EXPECT_EQ(root.kind, FmsgNode::Kind::kObject);
  ASSERT_EQ(root.children.size(), 4u);
  EXPECT_EQ(root.children[0].name, "a");
  EXPECT_EQ(root.children[0].type, 1);
  EXPECT_EQ(root.children[1].name, "a");
  EXPECT_EQ(root.children[1].type, 42);
  EXPECT_EQ(ToText(root.children[1].bytes), "x");
  EXPECT_EQ(root.children[2].kind, FmsgNode::Kind::kBinary);
  EXPECT_EQ(ToText(root.children[2].bytes), "xyz");
  EXPECT_THAT(root.children[2].pieces, ElementsAre(2, 1));
  EXPECT_EQ(root.children[3].kind, FmsgNode::Kind::kArray);
  ASSERT_EQ(root.children[3].children.size(), 2u);
  EXPECT_EQ(root.children[3].children[0].name, "");
  EXPECT_EQ(root.children[3].children[1].children[0].name, "d");
}

TEST(FmsgTree, EndsAtItsLimitAndKeepsWhatCameBefore) {
  TokenStream s;
  s.Obj();
  for (int i = 0; i < 100; ++i) s.Pair().Name("n").U8(1).End();
  s.End();
  const auto datagrams = s.Build();
  FmsgTreeBuilder builder(50 * (sizeof(FmsgNode) + 2));
  FmsgParser parser(builder);
  const auto fed = parser.Feed(Messages(datagrams[0])[0]);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code(), ErrorCode::kLimitExceeded);
  EXPECT_EQ(builder.root().children.size(), 50u);
}

TEST(FmsgTree, BinaryDataCountsToo) {
  TokenStream s;
  s.Obj().Pair().Name("n").Arr().Bin(std::string(1000, 'x')).Bin(std::string(1000, 'y'));
  const auto datagrams = s.Build();
  FmsgTreeBuilder builder(1500);
  FmsgParser parser(builder);
  EXPECT_FALSE(parser.Feed(Messages(datagrams[0])[0]));
  ASSERT_EQ(builder.root().children.size(), 1u);
  EXPECT_EQ(builder.root().children[0].bytes.size(), 1000u);
}

}  // namespace
}  // namespace vmcoredd::devlink
