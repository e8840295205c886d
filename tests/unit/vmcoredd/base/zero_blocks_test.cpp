// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/zero_blocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace vmcoredd {
namespace {

using testing::ElementsAre;

// The runs of `content` at `offset`: "OFFSET+SIZE", with a z for zeros.
std::vector<std::string> Runs(uint64_t offset, const std::string& content) {
  std::vector<std::string> runs;
  const auto done =
      VisitBlockRuns(offset, std::as_bytes(std::span(content)),
                     [&](uint64_t at, auto run, bool is_zero) -> Result<void> {
                       EXPECT_EQ(IsZero(run), is_zero);
                       runs.push_back(std::to_string(at) + '+' + std::to_string(run.size()) +
                                      (is_zero ? "z" : ""));
                       return {};
                     });
  EXPECT_TRUE(done);
  return runs;
}

TEST(VisitBlockRuns, JoinsBlocksOfAKind) {
  const std::string zeros(8192, '\0');
  const std::string data(8192, 'x');
  EXPECT_THAT(Runs(0, ""), ElementsAre());
  EXPECT_THAT(Runs(4096, zeros), ElementsAre("4096+8192z"));
  EXPECT_THAT(Runs(0, data + zeros + data), ElementsAre("0+8192", "8192+8192z", "16384+8192"));
}

TEST(VisitBlockRuns, KnowsTheBlocksOfTheFileNotThoseOfThePiece) {
  // 100 bytes of one block, a whole one, 50 bytes of the next.
  std::string content(100 + 4096 + 50, '\0');
  EXPECT_THAT(Runs(4096 - 100, content), ElementsAre("3996+4246z"));
  content[99] = 'x';
  EXPECT_THAT(Runs(4096 - 100, content), ElementsAre("3996+100", "4096+4146z"));
  content.back() = 'x';
  EXPECT_THAT(Runs(4096 - 100, content), ElementsAre("3996+100", "4096+4096z", "8192+50"));
}

TEST(VisitBlockRuns, StopsAtTheFirstError) {
  const std::string content = std::string(4096, 'x') + std::string(4096, '\0');
  int visits = 0;
  const auto done = VisitBlockRuns(0, std::as_bytes(std::span(content)),
                                   [&](uint64_t, auto, bool) -> Result<void> {
                                     ++visits;
                                     return Fail(ErrorCode::kIo, "no");
                                   });
  EXPECT_FALSE(done);
  EXPECT_EQ(visits, 1);
}

}  // namespace
}  // namespace vmcoredd
