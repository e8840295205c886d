// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/devlink/fmsg_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/vmcoredd/format/devlink/fmsg_support.h"

namespace vmcoredd::devlink {
namespace {

std::string Json(const TokenStream& stream, FmsgJsonWriter::Binary binary = {}) {
  BufferStream out;
  FmsgJsonWriter writer(out, binary);
  FmsgParser parser(writer);
  for (const Bytes& datagram : stream.Build()) {
    EXPECT_TRUE(parser.Feed(Messages(datagram)[0]));
  }
  EXPECT_TRUE(parser.Finish());
  EXPECT_TRUE(writer.Finish(parser));
  return ToText(out.bytes());
}

std::string Root(const TokenStream& stream, FmsgJsonWriter::Binary binary = {}) {
  const std::string json = Json(stream, binary);
  const size_t begin = json.find("\"root\":") + 7;
  return json.substr(begin, json.find(",\"messages\"") - begin);
}

TEST(FmsgJson, AnEmptyMessage) {
  EXPECT_EQ(Json(TokenStream().Obj().End()),
            R"({"schema":"vmcoredd-fmsg/1","encoding":"hex","root":[],"messages":1,)"
            R"("repair_count":0,"repairs":[]})"
            "\n");
}

TEST(FmsgJson, ObjectsArraysAndBinaryData) {
  TokenStream s;
  s.Obj().Pair().Name("a").U8(1).End();
  s.Pair().Name("a").Arr().U8(2).Arr().End().Obj().End().Obj().Pair().Name("c").U8(3).End().End();
  s.End().End().Pair().Name("d").Arr().Bin("xyz").Bin("").Bin("1").End().End();
  s.Pair().Name("e").Bin("\xff").End().Pair().Name("f").Obj().End().End().End();
  EXPECT_EQ(
      Root(s),
      R"([{"name":"a","type":"u8","value":1},{"name":"a","type":"array","value":[)"
      R"({"type":"u8","value":2},{"type":"array","value":[]},{"type":"object","value":[]},)"
      R"({"type":"object","value":[{"name":"c","type":"u8","value":3}]}]},)"
      R"({"name":"d","type":"binary","value":["78797a","","31"]},)"
      R"({"name":"e","type":"binary","value":"ff"},{"name":"f","type":"object","value":[]}])");
  EXPECT_EQ(Root(TokenStream().Obj().Pair().Name("d").Arr().Bin("xyz").Bin("").Bin("1").Bin("12"),
                 FmsgJsonWriter::Binary::kBase64),
            R"([{"name":"d","type":"binary","value":["eHl6","","MQ==","MTI="]}])");
}

TEST(FmsgJson, EveryType) {
  TokenStream s;
  const Bytes ones(8, std::byte{0xff});
  const auto first = [&](size_t size) {
    return Bytes(ones.begin(), ones.begin() + static_cast<ptrdiff_t>(size));
  };
  s.Obj();
  s.Pair().Name("1").Type(1).Data(first(1)).End().Pair().Name("2").Type(2).Data(first(2)).End();
  s.Pair().Name("3").Type(3).Data(first(4)).End().Pair().Name("4").Type(4).Data(first(8)).End();
  s.Pair()
      .Name("5")
      .Type(6)
      .Data({std::byte{1}})
      .End()
      .Pair()
      .Name("6")
      .Type(6)
      .Data({std::byte{0}})
      .End();
  s.Pair()
      .Name("7")
      .Type(6)
      .Data({std::byte{2}})
      .End()
      .Pair()
      .Name("8")
      .Type(3)
      .Data(first(3))
      .End();
  s.Pair().Name("9").Type(42).Data(first(2)).End().Pair().Name("10").Type(10).Data({}).End();
  EXPECT_EQ(Root(s),
            R"([{"name":"1","type":"u8","value":255},{"name":"2","type":"u16","value":65535},)"
            R"({"name":"3","type":"u32","value":4294967295},)"
            R"({"name":"4","type":"u64","value":"18446744073709551615"},)"
            R"({"name":"5","type":"flag","value":true},{"name":"6","type":"flag","value":false},)"
            R"({"name":"7","type":"flag","value":null,"bytes":"02"},)"
            R"({"name":"8","type":"u32","value":null,"bytes":"ffffff"},)"
            R"({"name":"9","type":"type-42","value":null,"bytes":"ffff"},)"
            R"({"name":"10","type":"nul-string","value":""}])");
}

TEST(FmsgJson, TextIsEscapedAndNothingOfItIsLost) {
  TokenStream s;
  s.Obj()
      .Pair()
      .Name("\"\\\x1b\n")
      .Type(10)
      .Data(ToBytes(std::string_view("\xc3\xa4\0b\0", 5)))
      .End();
  EXPECT_EQ(Root(s),
            R"([{"name":"\"\\x5c\\x1b\\x0a","type":"nul-string","value":"\\xc3\\xa4\\x00b"}])");
}

TEST(FmsgJson, SaysWhatWasMended) {
  const std::string json = Json(TokenStream().Obj().Pair().Name("\"\n").End().End().End());
  EXPECT_THAT(
      json,
      testing::EndsWith(
          R"("messages":1,"repair_count":2,"repairs":[{"kind":"empty-pair","message":0,"offset":40,)"
          R"("text":"the name \"\"\\x0a\" has no value"},{"kind":"surplus-end","message":0,)"
          R"("offset":48,"text":"an end without a begin"}]})"
          "\n"));
}

// A stream that only counts: the writer must not keep what it writes.
class Counter final : public OutputStream {
 public:
  Result<void> Write(std::span<const std::byte> bytes) override {
    largest_ = std::max(largest_, bytes.size());
    all_ += bytes.size();
    return {};
  }
  size_t largest() const { return largest_; }
  size_t all() const { return all_; }

 private:
  size_t largest_ = 0;
  size_t all_ = 0;
};

TEST(FmsgJson, MemoryDoesNotGrowWithTheMessage) {
  Counter out;
  FmsgJsonWriter writer(out);
  FmsgParser parser(writer);
  const auto begin = TokenStream().Obj().Pair().Name("b").Arr().Build();
  const auto piece = TokenStream().Bin(std::string(3748, 'x')).Build();
  ASSERT_TRUE(parser.Feed(Messages(begin[0])[0]));
  for (int i = 0; i < 5000; ++i) ASSERT_TRUE(parser.Feed(Messages(piece[0])[0]));
  ASSERT_TRUE(parser.Finish());
  ASSERT_TRUE(writer.Finish(parser));
  EXPECT_GT(out.all(), 2u * 5000 * 3748);
  EXPECT_LT(out.largest(), 64u * 1024);
}

}  // namespace
}  // namespace vmcoredd::devlink
