// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/vmcoreinfo.h"

#include <gtest/gtest.h>

#include "tests/unit/readers/vmcore/support.h"
#include "vmcoredd/base/payload_hash.h"

namespace vmcoredd {
namespace {

using testing::ElfFile;
using testing::KdumpFile;
using testing::NoteWriter;

TEST(ParseVmcoreinfo, TakesWhatItKnows) {
  const auto facts = ParseVmcoreinfo(
      "OSRELEASE=6.1.0-13-amd64\nBUILD-ID=00\nPAGESIZE=4096\nnonsense\n=\nCRASHTIME=1700000001");
  EXPECT_EQ(facts.release, "6.1.0-13-amd64");
  EXPECT_EQ(facts.page_size, 4096u);
  EXPECT_EQ(facts.crash_time, 1700000001);
}

TEST(ParseVmcoreinfo, IgnoresNumbersThatAreNone) {
  for (const std::string_view text : {"PAGESIZE=4096x\n", "PAGESIZE=\n", "PAGESIZE=-1\n",
                                      "PAGESIZE=99999999999999999999\n", ""}) {
    EXPECT_EQ(ParseVmcoreinfo(text).page_size, 0u) << text;
  }
}

TEST(HashVmcoreinfo, IsTheSameInEveryContainer) {
  const std::string text = "OSRELEASE=6.1.0\nPAGESIZE=4096\nodd length";
  const auto notes = NoteWriter().Dump("a", "x").Cpu().Vmcoreinfo(text).bytes();
  KdumpFile kdump;
  kdump.notes = notes;
  const auto elf = testing::OpenBytes(ElfFile().Notes(notes).Load(10).Build());
  const auto other = testing::OpenBytes(kdump.Build());
  ASSERT_TRUE(elf && other);
  const auto hash = HashVmcoreinfo(**elf);
  ASSERT_TRUE(hash) << hash.error().ToString();
  EXPECT_EQ(*hash, HashOf(testing::ToBytes(text)));
  EXPECT_EQ(HashVmcoreinfo(**other).value(), *hash);
}

TEST(HashVmcoreinfo, SaysWhenThereIsNoneOrTooMuch) {
  const auto none = testing::OpenBytes(ElfFile().Notes(NoteWriter().Cpu().bytes()).Build());
  ASSERT_TRUE(none);
  EXPECT_EQ(HashVmcoreinfo(**none).error().code(), ErrorCode::kNotFound);
  const std::string text(kMaxVmcoreinfoBytes + 1, 'x');
  const auto huge =
      testing::OpenBytes(ElfFile().Notes(NoteWriter().Vmcoreinfo(text).bytes()).Build());
  ASSERT_TRUE(huge);
  EXPECT_EQ(HashVmcoreinfo(**huge).error().code(), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace vmcoredd
