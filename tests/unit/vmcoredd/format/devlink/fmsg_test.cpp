// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/devlink/fmsg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/vmcoredd/format/devlink/fmsg_support.h"
#include "vmcoredd/base/endian.h"

namespace vmcoredd::devlink {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Names = std::vector<std::string>;

TEST(Fmsg, WellFormed) {
  TokenStream s;
  s.Obj().Pair().Name("a").U8(1).End();
  s.Pair().Name("b").Arr().U8(2).U8(3).End().End();
  s.Pair().Name("c").Arr().Bin("xy").Bin("z").End().End();
  s.Pair().Name("d").Obj().Pair().Name("a").U8(4).End().End().End();
  s.Pair().Name("e").Arr().Obj().End().Obj().Pair().Name("f").Bin("q").End().End().End().End();
  s.Pair().Name("g").Arr().End().End();
  s.Pair().Name("h").Arr().Arr().U8(1).End().Arr().Bin("w").End().End().End();
  s.Pair().Name("a").U8(5).End().End();
  const Parsed parsed = Parse(s.Build());
  EXPECT_EQ(parsed.events.text(),
            "{a:u8=1 b:[u8=2 u8=3] c:<7879|7a> d:{a:u8=4} e:[{} {f:bin=71}] g:[] "
            "h:[[u8=1] <77>] a:u8=5}");
  EXPECT_THAT(parsed.repairs, IsEmpty());
}

TEST(Fmsg, ValuesOfEveryType) {
  TokenStream s;
  s.Obj();
  const Bytes bytes = ToBytes("ab\0cdefg");
  for (const uint8_t type : {1, 2, 3, 4, 5, 6, 10, 11, 42}) {
    s.Pair()
        .Name(std::to_string(type))
        .Type(type)
        .Data(ToBytes(std::string_view("ab\0c", 4)))
        .End();
  }
  s.Pair().Name("u64").Type(4).Data(Bytes(8, std::byte{0xff})).End();
  s.Pair().Name("u16").Type(2).Data(Bytes(2, std::byte{0xff})).End();
  s.End();
  const Parsed parsed = Parse(s.Build());
  EXPECT_EQ(parsed.events.text(),
            "{1:u8=?61620063 2:u16=?61620063 3:u32=" +
                std::to_string(LoadInt<uint32_t>(ToBytes(std::string_view("ab\0c", 4)).data(),
                                                 std::endian::native)) +
                " 4:u64=?61620063 5:\"ab\" 6:flag=?61620063 10:\"ab\" 11:bin=61620063 "
                "42:type-42=?61620063 u64:u64=18446744073709551615 u16:u16=65535}");
  EXPECT_THAT(parsed.repairs, IsEmpty());
}

TEST(Fmsg, UnknownTokensArePassedOver) {
  TokenStream s;
  s.Unknown(500).Obj().Unknown(1).Pair().Name("a").Type(1).Unknown(9).Data({std::byte{7}});
  s.Unknown(0).End().End();
  const Parsed parsed = Parse(s.Build());
  EXPECT_EQ(parsed.events.text(), "{a:u8=7}");
  EXPECT_THAT(parsed.repairs, IsEmpty());
}

TEST(Fmsg, NoMessages) {
  const Parsed parsed = Parse(std::vector<Message>());
  EXPECT_EQ(parsed.events.text(), "{}");
  EXPECT_THAT(parsed.repairs, IsEmpty());
}

struct Damage {
  const char* what;
  TokenStream stream;
  const char* text;
  Names repairs;
};

// Each piece of damaged grammar: what is made of it, and what is said about it.
std::vector<Damage> Damages() {
  using S = TokenStream;
  return {
      {"surplus end",
       S().Obj().Pair().Name("a").U8(1).End().End().End().Pair().Name("b").U8(2).End(),
       "{a:u8=1 b:u8=2}",
       {"surplus-end"}},
      {"only an end", S().End(), "{}", {"missing-begin"}},
      {"ends without end", S().Obj().End().End().End(), "{}", {"surplus-end", "surplus-end"}},
      {"missing ends", S().Obj().Pair().Name("a").Arr().U8(1), "{a:[u8=1]}", {"missing-end"}},
      {"missing value", S().Obj().Pair().Name("a"), "{a:{}}", {"missing-end", "empty-pair"}},
      {"missing binary end",
       S().Obj().Pair().Name("a").Arr().Bin("x"),
       "{a:<78>}",
       {"missing-end"}},
      {"missing array", S().Obj().Pair().Name("a").Arr(), "{a:[]}", {"missing-end"}},
      {"missing begin", S().Pair().Name("a").U8(1).End().End(), "{a:u8=1}", {"missing-begin"}},
      {"name without pair", S().Obj().Name("a").U8(1).End(), "{a:u8=1}", {"missing-begin"}},
      {"names without values",
       S().Obj().Name("a").Name("b").End(),
       "{a:{} b:{}}",
       {"missing-begin", "missing-begin", "empty-pair", "empty-pair"}},
      {"bnxt",
       S().Obj()
           .Pair()
           .Name("core")
           .Pair()
           .Name("data")
           .Arr()
           .Bin("d")
           .End()
           .End()
           .Pair()
           .Name("size")
           .U8(1)
           .End()
           .End()
           .Pair()
           .Name("x")
           .U8(2)
           .End()
           .End(),
       "{core:{data:<64> size:u8=1} x:u8=2}",
       {"pairs-in-pair"}},
      {"pairs and a value in a pair",
       S().Obj()
           .Pair()
           .Name("p")
           .Pair()
           .Name("a")
           .U8(1)
           .End()
           .U8(2)
           .Pair()
           .Name("b")
           .U8(3)
           .End()
           .End()
           .End(),
       "{p:{a:u8=1} p:u8=2 p:{b:u8=3}}",
       {"pairs-in-pair", "second-value", "pairs-in-pair", "second-value"}},
      {"mlxsw",
       S().Obj()
           .Pair()
           .Name("event")
           .Arr()
           .Pair()
           .Name("id")
           .U8(1)
           .End()
           .Pair()
           .Name("desc")
           .U8(2)
           .End()
           .End()
           .End()
           .Pair()
           .Name("x")
           .U8(3)
           .End()
           .End(),
       "{event:[{id:u8=1 desc:u8=2}] x:u8=3}",
       {"pair-in-array"}},
      {"pairs between values of an array",
       S().Obj()
           .Pair()
           .Name("a")
           .Arr()
           .U8(1)
           .Pair()
           .Name("b")
           .U8(2)
           .End()
           .U8(3)
           .Pair()
           .Name("c")
           .Arr()
           .End()
           .End()
           .Obj()
           .End()
           .End()
           .End()
           .End(),
       "{a:[u8=1 {b:u8=2} u8=3 {c:[]} {}]}",
       {"pair-in-array", "pair-in-array"}},
      {"name in array",
       S().Obj().Pair().Name("a").Arr().Name("b").U8(1).U8(2).End().End().End(),
       "{a:[{b:u8=1} u8=2]}",
       {"pair-in-array"}},
      {"ice",
       S().Obj().Obj().Pair().Name("a").U8(1).End().End().Pair().Name("b").U8(2).End().End(),
       "{a:u8=1 b:u8=2}",
       {"object-in-object"}},
      {"second root",
       S().Obj().End().Obj().Pair().Name("a").U8(1).End().End(),
       "{a:u8=1}",
       {"object-in-object"}},
      {"value without name",
       S().Obj().U8(1).Arr().U8(2).End().End(),
       "{:u8=1 :[u8=2]}",
       {"nameless", "nameless"}},
      {"pair without name", S().Obj().Pair().U8(1).End().End(), "{:u8=1}", {"nameless"}},
      {"nothing in a pair", S().Obj().Pair().End().End(), "{}", {"empty-pair"}},
      {"name alone", S().Obj().Pair().Name("a").End().End(), "{a:{}}", {"empty-pair"}},
      {"two names",
       S().Obj().Pair().Name("a").Name("b").U8(1).End().End(),
       "{a:{} b:u8=1}",
       {"empty-pair", "second-value"}},
      {"second value",
       S().Obj().Pair().Name("a").U8(1).U8(2).Arr().End().End().End(),
       "{a:u8=1 a:u8=2 a:[]}",
       {"second-value", "second-value"}},
      {"old binary pair",
       S().Obj().Pair().Name("a").Bin("x").Bin("y").End().End(),
       "{a:bin=78 a:bin=79}",
       {"second-value"}},
      {"binary then others",
       S().Obj().Pair().Name("a").Arr().Bin("x").U8(1).Bin("y").End().End().End(),
       "{a:<78> a:[u8=1 bin=79]}",
       {"mixed-array"}},
      {"others then binary",
       S().Obj().Pair().Name("a").Arr().U8(1).Bin("y").End().End().End(),
       "{a:[u8=1 bin=79]}",
       {}},
      {"mixed in array",
       S().Obj().Pair().Name("a").Arr().Arr().Bin("x").Obj().End().End().End().End().End(),
       "{a:[<78> [{}]]}",
       {"mixed-array"}},
      {"pair behind binary",
       S().Obj().Pair().Name("a").Arr().Bin("x").Pair().Name("b").U8(1).End().End().End().End(),
       "{a:<78> a:[{b:u8=1}]}",
       {"pair-in-array", "mixed-array"}},
      {"type at the end",
       S().Obj().Pair().Name("a").Type(1),
       "{a:{}}",
       {"dangling-type", "missing-end", "empty-pair"}},
      {"type without value",
       S().Obj().Pair().Name("a").Type(1).End().End(),
       "{a:{}}",
       {"dangling-type", "empty-pair"}},
      {"type twice",
       S().Obj().Pair().Name("a").Type(3).Type(1).Data({std::byte{1}}).End().End(),
       "{a:u8=1}",
       {"dangling-type"}},
      {"type repeated", S().Obj().Pair().Name("a").Type(1).Cut().U8(1).End().End(), "{a:u8=1}", {}},
      {"type not repeated",
       S().Obj().Pair().Name("a").Type(1).Cut().Data({std::byte{1}}).End().End(),
       "{a:u8=1}",
       {}},
      {"type, then another message",
       S().Obj().Pair().Name("a").Type(1).Cut().End().End(),
       "{a:{}}",
       {"dangling-type", "empty-pair"}},
      {"no type",
       S().Obj().Pair().Name("a").Data({std::byte{1}}).End().End(),
       "{a:bin=01}",
       {"typeless"}},
      {"cut everywhere",
       S().Obj()
           .Cut()
           .Pair()
           .Cut()
           .Name("a")
           .Cut()
           .Arr()
           .Cut()
           .Type(11)
           .Cut()
           .Bin("x")
           .Cut()
           .Cut()
           .End()
           .Cut()
           .End()
           .Cut()
           .End(),
       "{a:<78>}",
       {}},
  };
}

TEST(Fmsg, DamagedGrammar) {
  for (const Damage& damage : Damages()) {
    const Parsed parsed = Parse(damage.stream.Build());
    EXPECT_EQ(parsed.events.text(), damage.text) << damage.what;
    EXPECT_EQ(parsed.repairs, damage.repairs) << damage.what;
  }
}

TEST(Fmsg, ARepairSaysWhere) {
  TokenStream s;
  s.Obj().Pair().Name("a").U8(1).End().End().Cut().Pair().Name("b\n").End().End();
  const Parsed parsed = Parse(s.Build());
  ASSERT_EQ(parsed.repairs, Names({"empty-pair", "surplus-end"}));
  // Header 20, nest 4, pair 4, name 8.
  EXPECT_EQ(parsed.details[0].message, 1u);
  EXPECT_EQ(parsed.details[0].offset, 36u);
  EXPECT_THAT(parsed.details[0].text, HasSubstr("\"b\\x0a\""));
  EXPECT_EQ(parsed.details[1].offset, 40u);
}

TEST(Fmsg, OnlySomeRepairsAreKept) {
  TokenStream s;
  s.Obj();
  for (int i = 0; i < 1000; ++i) s.End();
  Recorder recorder;
  FmsgParser parser(recorder);
  const auto datagrams = s.Build();
  ASSERT_TRUE(parser.Feed(Messages(datagrams[0])[0]));
  ASSERT_TRUE(parser.Finish());
  EXPECT_EQ(parser.repair_count(), 999u);
  EXPECT_EQ(parser.repairs().size(), 64u);
}

TEST(Fmsg, DeepNestingIsRefusedAndWhatCameIsClosed) {
  for (const bool arrays : {false, true}) {
    TokenStream s;
    s.Obj().Pair().Name("a");
    for (int i = 0; i < 100; ++i) arrays ? s.Arr() : s.Pair().Name("n");
    Recorder recorder;
    FmsgParser parser(recorder);
    const auto datagrams = s.Build();
    const auto fed = parser.Feed(Messages(datagrams[0])[0]);
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().code(), ErrorCode::kLimitExceeded);
    ASSERT_TRUE(parser.Finish());
    EXPECT_EQ(recorder.broken(), "");
    EXPECT_TRUE(recorder.complete());
  }
}

TEST(Fmsg, TheOtherByteOrder) {
  // {a: u32 = 0x01020304}, big endian.
  const Bytes bytes =
      ToBytes(std::string_view("\0\0\0\x3c\0\x14\0\x02\0\0\0\0\0\0\0\0\x38\x01\0\0"
                               "\0\x28\0\x6a\0\x04\0\x6b\0\x04\0\x6c\0\x06\0\x6f\x61\0\0\0"
                               "\0\x05\0\x70\x03\0\0\0\0\x08\0\x71\x01\x02\x03\x04\0\x04\0\x6e",
                               60));
  const Parsed parsed = Parse(Messages(bytes, std::endian::big));
  EXPECT_EQ(parsed.events.text(), "{a:u32=16909060}");
}

}  // namespace
}  // namespace vmcoredd::devlink
