// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/json_stream.h"

#include <gtest/gtest.h>

#include <string>

namespace vmcoredd {
namespace {

TEST(QuoteJsonTest, IsJsonWhateverTheBytes) {
  EXPECT_EQ(QuoteJson("a\"b\\c\n\t\r\f\b"), R"("a\"b\\c\n\t\r\f\b")");
  EXPECT_EQ(QuoteJson(std::string_view("\0\x1b\x7f", 3)), R"("\u0000\u001b\u007f")");
  EXPECT_EQ(QuoteJson("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x92\xa5"),
            "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x92\xa5\"");
  // A control character of 8 bit terminals, as UTF-8 and alone.
  EXPECT_EQ(QuoteJson("\xc2\x9b\x9b"), R"("\u009b\\x9b")");
  // Overlong, a surrogate, too large, cut short.
  EXPECT_EQ(QuoteJson("\xc0\xaf"), R"("\\xc0\\xaf")");
  EXPECT_EQ(QuoteJson("\xe0\x80\xaf"), R"("\\xe0\\x80\\xaf")");
  EXPECT_EQ(QuoteJson("\xed\xa0\x80"), R"("\\xed\\xa0\\x80")");
  EXPECT_EQ(QuoteJson("\xf4\x90\x80\x80"), R"("\\xf4\\x90\\x80\\x80")");
  EXPECT_EQ(QuoteJson("x\xe2\x82"), R"("x\\xe2\\x82")");
}

std::string Sample(bool pretty) {
  std::string text;
  JsonStream json([&text](std::string_view piece) { text += piece; }, pretty);
  json.BeginObject();
  json.Name("a");
  json.BeginArray();
  json.EndArray();
  json.Name("b");
  json.BeginArray();
  for (const bool value : {true, false}) {
    json.BeginObject();
    json.Flag("c", value);
    json.EndObject();
  }
  json.EndArray();
  json.Name("d");
  json.BeginArray();
  json.Uint(1);
  const std::byte bytes[] = {std::byte{0}, std::byte{10}, std::byte{105}, std::byte{255}};
  json.Bytes(bytes);
  json.EndArray();
  json.Name("e");
  json.BeginObject();
  json.EndObject();
  json.BigUint("f", UINT64_MAX);
  EXPECT_FALSE(json.is_whole());
  json.EndObject();
  EXPECT_TRUE(json.is_whole());
  return text;
}

TEST(JsonStreamTest, Compact) {
  EXPECT_EQ(Sample(false), R"({"a":[],"b":[{"c":true},{"c":false}],"d":[1,0,10,105,255],"e":{},)"
                           R"("f":"18446744073709551615"})");
}

TEST(JsonStreamTest, PrettyAsIproute2IsPretty) {
  EXPECT_EQ(Sample(true), R"({
    "a": [ ],
    "b": [ {
            "c": true
        },{
            "c": false
        } ],
    "d": [ 1,0,10,105,255 ],
    "e": {},
    "f": "18446744073709551615"
})");
}

}  // namespace
}  // namespace vmcoredd
