// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/import/text_input.h"

#include <gtest/gtest.h>

#include "tests/unit/readers/import/support.h"
#include "vmcoredd/base/output_stream.h"

namespace vmcoredd {
namespace {

TEST(TextInput, GivesLinesWithNumberOffsetAndEnd) {
  for (const size_t piece : {size_t{1}, size_t{3}, SIZE_MAX}) {
    PieceStream stream("one\n\ntwo\r\nlast", piece);
    TextInput in(stream);
    EXPECT_EQ(in.Peek(), "one\n\ntwo\r\nlast");
    const struct {
      const char* text;
      uint64_t offset;
      bool is_ended;
    } expected[] = {{"one", 0, true}, {"", 4, true}, {"two", 5, true}, {"last", 10, false}};
    uint64_t number = 0;
    for (const auto& want : expected) {
      const auto line = in.ReadLine();
      ASSERT_TRUE(line);
      EXPECT_EQ(line->text, want.text);
      EXPECT_EQ(line->number, ++number);
      EXPECT_EQ(line->offset, want.offset);
      EXPECT_EQ(line->is_ended, want.is_ended);
    }
    EXPECT_FALSE(in.ReadLine());
    EXPECT_FALSE(in.error());
  }
}

TEST(TextInput, ReadsMoreThanItsWindow) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "line " + std::to_string(i) + "\n";
  PieceStream stream(text, 7777);
  TextInput in(stream);
  uint64_t count = 0;
  while (const auto line = in.ReadLine()) {
    ASSERT_EQ(line->text, "line " + std::to_string(count++));
  }
  EXPECT_EQ(count, 100000u);
  EXPECT_EQ(in.offset(), text.size());
}

TEST(TextInput, RefusesALineThatIsNone) {
  const std::string text = "ok\n" + std::string(kMaxLineBytes + 1, 'x') + "\nmore\n";
  PieceStream stream(text, SIZE_MAX);
  TextInput in(stream);
  EXPECT_EQ(in.ReadLine()->text, "ok");
  EXPECT_FALSE(in.ReadLine());
  ASSERT_TRUE(in.error());
  EXPECT_EQ(in.error()->code(), ErrorCode::kLimitExceeded);
  EXPECT_EQ(in.error()->offset(), 3u);
  EXPECT_FALSE(in.ReadLine());
  const std::string longest(kMaxLineBytes, 'x');
  PieceStream fits(longest, 1000);
  TextInput good(fits);
  EXPECT_EQ(good.ReadLine()->text, longest);
}

TEST(TextInput, EndsWhereItsStreamFails) {
  PieceStream stream("a\nb", SIZE_MAX);
  stream.FailWith(Error(ErrorCode::kTruncated, "gzip ends"));
  TextInput in(stream);
  EXPECT_EQ(in.ReadLine()->text, "a");
  const auto last = in.ReadLine();
  EXPECT_EQ(last->text, "b");
  EXPECT_FALSE(last->is_ended);
  EXPECT_FALSE(in.ReadLine());
  EXPECT_EQ(in.error()->code(), ErrorCode::kTruncated);
}

TEST(TextInput, CopiesWhatItGivesOut) {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += "line " + std::to_string(i) + "\n";
  PieceStream stream(text, 5000);
  TextInput in(stream);
  BufferStream copy;
  ASSERT_FALSE(in.Peek().empty());
  in.CopyTo(copy);
  while (in.ReadLine()) {
  }
  const auto& bytes = copy.bytes();
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), text);
}

TEST(TextInput, ShowsHostileTextInPieces) {
  EXPECT_EQ(Excerpt("a\x1b[m"), "\"a\\x1b[m\"");
  EXPECT_EQ(Excerpt(std::string(50, 'a')), "\"" + std::string(40, 'a') + "\"...");
}

}  // namespace
}  // namespace vmcoredd
