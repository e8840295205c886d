// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/batch.h"

#include <gtest/gtest.h>

namespace vmcoredd::devlink_cli {
namespace {

struct Read {
  std::vector<std::vector<std::string>> commands;
  std::vector<size_t> lines;
  std::string error;
};

Read ReadText(std::string text, size_t stop_after = SIZE_MAX) {
  Read read;
  std::FILE* const file = ::fmemopen(text.data(), text.size(), "r");
  const auto result = ReadBatch(file, [&](std::vector<std::string> words, size_t line) {
    read.commands.push_back(std::move(words));
    read.lines.push_back(line);
    return read.commands.size() < stop_after;
  });
  if (!result) read.error = result.error().message();
  std::fclose(file);
  return read;
}

using Commands = std::vector<std::vector<std::string>>;

TEST(BatchTest, WordsQuotesCommentsAndContinuations) {
  const Read read =
      ReadText("# nothing\n\n  region\tshow  # this\n'a b' \"c'd\"e\nlong \\\n  one \\\n\nend");
  EXPECT_EQ(read.commands,
            (Commands{{"region", "show"}, {"a b", "c'd", "e"}, {"long", "one"}, {"end"}}));
  EXPECT_EQ(read.lines, (std::vector<size_t>{3, 4, 7, 8}));
  EXPECT_EQ(read.error, "");
}

TEST(BatchTest, StopsWhereTheCommandSays) {
  EXPECT_EQ(ReadText("a\nb\nc\n", 2).commands, (Commands{{"a"}, {"b"}}));
}

TEST(BatchTest, Mistakes) {
  EXPECT_EQ(ReadText("a\n'b\n").error, "Unterminated quoted string");
  EXPECT_EQ(ReadText("a \\\n").error, "Missing continuation line");
  EXPECT_EQ(ReadText(std::string(kMaxBatchLine + 1, 'x')).error,
            "a line of the batch has more than 65536 bytes");
  std::string endless;
  while (endless.size() < 4 * kMaxBatchLine) endless += std::string(1000, 'x') + "\\\n";
  EXPECT_EQ(ReadText(endless).error, "a command of the batch is too long");
}

}  // namespace
}  // namespace vmcoredd::devlink_cli
